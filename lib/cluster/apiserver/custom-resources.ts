import { deepClone, deepEqual } from '../../kit/deep.ts';
import { formatTime } from '../machinery/object.ts';
import { customresourcedefinitions } from '../schema/generated/resources.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionCondition } from '../schema/generated/types.ts';
import { storageKey, storagePrefix } from '../store/keys.ts';
import type { Core } from './core.ts';
import { asObject } from './core.ts';
import { servedVersion } from './custom-kind.ts';
import { byVersionPriority } from './version-priority.ts';
import type { GroupVersionFacts, Served } from './registry.ts';

const asDefinition = (object: unknown) => object as CustomResourceDefinition;

function condition(
  crd: CustomResourceDefinition,
  type: string,
  status: 'True' | 'False',
  reason: string,
  message: string,
  now: string,
): CustomResourceDefinitionCondition {
  const before = crd.status?.conditions?.find((c) => c.type === type);
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : now;
  return { type, status, lastTransitionTime: lastTransitionTime ?? now, reason, message };
}

/** A name of this definition that another established one of its group has, with how upstream tells of it. */
function nameConflict(
  crd: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
): { reason: string; message: string } | undefined {
  const { names, group } = crd.spec;
  const rivals = others.filter(
    (o) => o.spec.group === group && o.metadata.name !== crd.metadata.name && isEstablished(o),
  );
  const taken = new Set(
    rivals.flatMap(({ status }) => {
      const n = status?.acceptedNames;
      return n ? [n.plural, n.singular, ...(n.shortNames ?? [])] : [];
    }),
  );
  const kinds = new Set(rivals.flatMap(({ status }) => [status?.acceptedNames?.kind, status?.acceptedNames?.listKind]));
  const inUse = (name: string | undefined) => `${JSON.stringify(name)} is already in use`;
  if (taken.has(names.plural)) return { reason: 'PluralConflict', message: inUse(names.plural) };
  if (taken.has(names.singular)) return { reason: 'SingularConflict', message: inUse(names.singular) };
  const short = names.shortNames?.find((n) => taken.has(n));
  if (short) return { reason: 'ShortNamesConflict', message: inUse(short) };
  if (kinds.has(names.kind)) return { reason: 'KindConflict', message: inUse(names.kind) };
  if (kinds.has(names.listKind)) return { reason: 'ListKindConflict', message: inUse(names.listKind) };
  return undefined;
}

const isEstablished = (crd: CustomResourceDefinition) =>
  crd.status?.conditions?.some((c) => c.type === 'Established' && c.status === 'True') ?? false;

/**
 * Follows the definitions of custom resources: accepts their names, serves what they define while they last, and removes
 * their objects when they go. Returns what stops it.
 */
export function followCustomResources(core: Core): () => void {
  const { store } = core;
  const prefix = storagePrefix(customresourcedefinitions);
  const all = () => store.list(prefix).items.map(asDefinition);

  const serve = () => {
    const groups = new Map<string, { served: Served[]; facts: GroupVersionFacts }>();
    for (const crd of all().filter(isEstablished)) {
      for (const version of crd.spec.versions.filter((v) => v.served)) {
        const served = servedVersion(crd, version);
        const { group } = crd.spec;
        const id = `${group}/${version.name}`;
        const before = groups.get(id);
        const resources = [...(before?.facts.resources ?? []), served.facts];
        groups.set(id, {
          served: [...(before?.served ?? []), served],
          facts: { group, version: version.name, resources },
        });
      }
    }
    const sorted = [...groups.values()].sort(({ facts: a }, { facts: b }) => {
      if (a.group !== b.group) return a.group < b.group ? -1 : 1;
      return byVersionPriority(a.version, b.version);
    });
    core.registry.setCustom(
      sorted.flatMap((g) => g.served),
      sorted.map((g) => g.facts),
    );
  };

  const accept = (crd: CustomResourceDefinition) => {
    const now = formatTime(core.clock.now());
    const conflict = nameConflict(crd, all());
    const names = conflict
      ? condition(crd, 'NamesAccepted', 'False', conflict.reason, conflict.message, now)
      : condition(crd, 'NamesAccepted', 'True', 'NoConflicts', 'no conflicts found', now);
    const established = conflict
      ? condition(crd, 'Established', 'False', 'NotAccepted', 'not all names are accepted', now)
      : condition(crd, 'Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted', now);
    const others = (crd.status?.conditions ?? []).filter((c) => c.type !== 'NamesAccepted' && c.type !== 'Established');
    const status = {
      ...crd.status,
      conditions: isEstablished(crd) && conflict ? [names, ...others] : [names, established, ...others],
      acceptedNames: conflict ? (crd.status?.acceptedNames ?? { plural: '', kind: '' }) : crd.spec.names,
      storedVersions: crd.status?.storedVersions ?? [],
    };
    if (deepEqual(status, crd.status)) return;
    const accepted = { ...deepClone(crd), status };
    store.put(storageKey(customresourcedefinitions, undefined, crd.metadata.name), accepted);
  };

  const purge = ({ spec }: CustomResourceDefinition) => {
    const objects = storagePrefix({ group: spec.group, resource: spec.names.plural, custom: true });
    for (const { metadata } of store.list(objects).items) {
      store.delete(metadata.namespace ? `${objects}${metadata.namespace}/${metadata.name}` : objects + metadata.name);
    }
  };

  for (const crd of all()) accept(crd);
  serve();
  const running = store.watch(prefix, store.revision, (event) => {
    const crd = asDefinition(asObject(event.object));
    if (event.type === 'delete') purge(crd);
    else accept(crd);
    serve();
  });
  return () => running.close();
}
