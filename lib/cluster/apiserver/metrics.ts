import type { Core } from './core.ts';

interface Series {
  name: string;
  help: string;
  type: 'counter' | 'gauge';
  /** Labels as they are written, and the value. */
  samples: readonly (readonly [labels: string, value: number])[];
}

const labels = (of: Readonly<Record<string, string>>) =>
  Object.entries(of)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',');

/** How many objects are stored, by resource. */
function objectCounts(core: Core): { group: string; resource: string; count: number }[] {
  return [...core.registry.all()]
    .filter(
      ({ strategy, resource, facts: { verbs } }) =>
        // What cannot be both made and listed is not kept.
        resource === strategy.storedResource && verbs.includes('list') && verbs.includes('create'),
    )
    .map(({ strategy, resource: { group, resource } }) => ({
      group,
      resource,
      count: core.store.list(strategy.prefix).items.length,
    }))
    .sort((a, b) => (`${a.group}/${a.resource}` < `${b.group}/${b.resource}` ? -1 : 1));
}

/** The deprecated resources that somebody has asked for. None of them is going to be removed in a known release. */
function deprecatedRequests(core: Core): string[] {
  return [...core.requests.kinds()]
    .filter(({ group, version, resource }) => core.registry.find(group, version, resource)?.strategy.deprecation)
    .map(({ group, version, resource, subresource = '' }) =>
      labels({ group, removed_release: '', resource, subresource, version }),
    )
    .sort();
}

function allSeries(core: Core, version: Readonly<Record<string, string>>): Series[] {
  const objects = objectCounts(core);
  const v = (name: string) => version[name] ?? '';
  return [
    {
      name: 'apiserver_request_total',
      help: '[STABLE] Requests by verb, resource and answer.',
      type: 'counter',
      samples: core.requests.entries(),
    },
    {
      name: 'apiserver_requested_deprecated_apis',
      help: '[STABLE] Deprecated resources that have been requested.',
      type: 'gauge',
      samples: deprecatedRequests(core).map((of) => [of, 1]),
    },
    {
      name: 'apiserver_resource_objects',
      help: '[ALPHA] Stored objects by group and resource.',
      type: 'gauge',
      samples: objects.map(({ group, resource, count }) => [labels({ group, resource }), count]),
    },
    {
      name: 'apiserver_storage_objects',
      help: '[STABLE] (Deprecated since 1.34.0) Stored objects by resource.',
      type: 'gauge',
      samples: objects.map(({ group, resource, count }) => [
        labels({ resource: group ? `${resource}.${group}` : resource }),
        count,
      ]),
    },
    {
      name: 'kubernetes_build_info',
      help: '[ALPHA] Always 1; its labels tell what was built.',
      type: 'gauge',
      samples: [
        [
          labels({
            build_date: v('buildDate'),
            compiler: v('compiler'),
            git_commit: v('gitCommit'),
            git_tree_state: v('gitTreeState'),
            git_version: v('gitVersion'),
            go_version: v('goVersion'),
            major: v('major'),
            minor: v('minor'),
            platform: v('platform'),
          }),
          1,
        ],
      ],
    },
  ];
}

/** `/metrics`: the few series that a learner looks for, in Prometheus' text format. */
export function metricsText(core: Core, version: Readonly<Record<string, string>>): string {
  return allSeries(core, version)
    .flatMap(({ name, help, type, samples }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...samples.map(([of, value]) => `${name}{${of}} ${value}`),
    ])
    .map((line) => `${line}\n`)
    .join('');
}
