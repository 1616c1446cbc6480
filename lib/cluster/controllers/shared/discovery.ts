import type { Informer, InformerFactory } from '../../client/informer.ts';
import type { Resource } from '../../machinery/resource.ts';
import { customresourcedefinitions } from '../../schema/generated/resources.ts';
import * as generated from '../../schema/generated/resources.ts';
import type { CustomResourceDefinition } from '../../schema/generated/types.ts';

/** Served, but not stored: nothing to list, own or delete. */
const NOT_STORED = new Set([
  'bindings',
  'componentstatuses',
  'selfsubjectreviews',
  'tokenreviews',
  'localsubjectaccessreviews',
  'selfsubjectaccessreviews',
  'selfsubjectrulesreviews',
  'subjectaccessreviews',
]);
/** The same objects under another name. */
const DOUBLES = new Set([
  'events.k8s.io/events',
  'autoscaling/horizontalpodautoscalers/v1',
  'metrics.k8s.io/nodes',
  'metrics.k8s.io/pods',
]);

const builtIn: readonly Resource[] = Object.values(generated).filter(
  ({ group, resource, version }) =>
    !NOT_STORED.has(resource) &&
    !DOUBLES.has(`${group}/${resource}`) &&
    !DOUBLES.has(`${group}/${resource}/${version}`),
);

/** A definition's resource in each of its served versions; the one that is stored comes first. */
function resourcesOf({ spec, status }: CustomResourceDefinition): Resource[] {
  if (!status?.conditions?.some((c) => c.type === 'Established' && c.status === 'True')) return [];
  const { group, scope, names } = spec;
  const versions = spec.versions.filter((v) => v.served).sort((a, b) => Number(b.storage) - Number(a.storage));
  return versions.map(({ name }) => {
    return { group, version: name, resource: names.plural, kind: names.kind, namespaced: scope === 'Namespaced' };
  });
}

/** Every stored resource of the API, those of custom resource definitions included. */
export class Discovery {
  readonly definitions: Informer<CustomResourceDefinition>;

  constructor(informers: InformerFactory) {
    this.definitions = informers.informer(customresourcedefinitions);
  }

  resources(): Resource[] {
    return [...builtIn, ...this.definitions.list().flatMap((definition) => resourcesOf(definition).slice(0, 1))];
  }

  /** Every resource in every version that is served. */
  served(): Resource[] {
    return [...Object.values(generated), ...this.definitions.list().flatMap(resourcesOf)];
  }

  /** The resource of a kind, whatever its version. */
  find(group: string, kind: string): Resource | undefined {
    return this.resources().find((r) => r.group === group && r.kind === kind);
  }
}
