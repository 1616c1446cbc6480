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

function resourceOf({ spec, status }: CustomResourceDefinition): Resource | undefined {
  const version = spec.versions.find((v) => v.storage && v.served) ?? spec.versions.find((v) => v.served);
  const established = status?.conditions?.some((c) => c.type === 'Established' && c.status === 'True');
  if (!version || !established) return undefined;
  const { plural, kind } = spec.names;
  return { group: spec.group, version: version.name, resource: plural, kind, namespaced: spec.scope === 'Namespaced' };
}

/** Every stored resource of the API, those of custom resource definitions included. */
export class Discovery {
  readonly definitions: Informer<CustomResourceDefinition>;

  constructor(informers: InformerFactory) {
    this.definitions = informers.informer(customresourcedefinitions);
  }

  resources(): Resource[] {
    return [...builtIn, ...this.definitions.list().flatMap((definition) => resourceOf(definition) ?? [])];
  }

  /** The resource of a kind, whatever its version. */
  find(group: string, kind: string): Resource | undefined {
    return this.resources().find((r) => r.group === group && r.kind === kind);
  }
}
