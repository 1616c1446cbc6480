import type { KindDefinition } from '../kinds/define.ts';
import type { Resource } from '../machinery/resource.ts';
import type { TypeInfo } from '../machinery/type-info.ts';
import { builtInKind } from '../schema/lookup.ts';
import { schemaText } from '../schema/schema-files.ts';
import type { CustomKind } from './custom-kind.ts';
import { Strategy } from './strategy.ts';

/** A subresource as discovery describes it. */
export interface SubresourceFacts {
  subresource: string;
  responseKind: { group: string; version: string; kind: string };
  verbs: readonly string[];
}

/** A resource as discovery describes it. */
export interface ResourceFacts {
  resource: string;
  responseKind: { group: string; version: string; kind: string };
  scope: string;
  singularResource: string;
  verbs: readonly string[];
  shortNames?: readonly string[];
  categories?: readonly string[];
  subresources?: readonly SubresourceFacts[];
  /** The version in which objects are stored, where it is another one. */
  storedVersion?: string;
}

/** One version of a group with what it serves. */
export interface GroupVersionFacts {
  group: string;
  version: string;
  resources: readonly ResourceFacts[];
}

/** One resource that is served: its names and the strategy that its handlers follow. */
export interface Served {
  resource: Resource;
  facts: ResourceFacts;
  strategy: Strategy;
  /** Present for a resource of a CustomResourceDefinition. */
  custom?: CustomKind;
}

/** The fields of its objects, where they are known. */
export const typeOf = ({ custom, resource }: Served): TypeInfo | undefined => custom?.type ?? builtInKind(resource);

interface DiscoveryFile {
  items: { metadata: { name?: string }; versions: { version: string; resources: ResourceFacts[] }[] }[];
}

function builtInGroupVersions(): GroupVersionFacts[] {
  const files = ['facts/discovery-api.json', 'facts/discovery-apis.json'];
  return files.flatMap((file) =>
    (JSON.parse(schemaText(file)) as DiscoveryFile).items.flatMap((item) =>
      item.versions.map(({ version, resources }) => ({ group: item.metadata.name ?? '', version, resources })),
    ),
  );
}

/** What a fresh API server serves, in the order in which discovery lists it. */
export const BUILT_IN: readonly GroupVersionFacts[] = builtInGroupVersions();

/** Served by an extension, whose priority is below that of custom resources. */
const LAST_GROUP = 'metrics.k8s.io';

const idOf = (group: string, version: string, resource: string) => `${group}/${version}/${resource}`;

/** All served resources: the built-in ones, and those that custom resource definitions add while the server runs. */
export class Registry {
  readonly #builtIn = new Map<string, Served>();
  readonly #builtInGroups = new Set<string>();
  #custom = new Map<string, Served>();
  #customGroups: GroupVersionFacts[] = [];

  constructor(kinds: readonly KindDefinition[]) {
    const definitions = new Map(kinds.map((k) => [idOf(k.resource.group, k.resource.version, k.resource.resource), k]));
    for (const { group, version, resources } of BUILT_IN) {
      this.#builtInGroups.add(`${group}/${version}`);
      for (const facts of resources) {
        const resource: Resource = {
          group,
          version,
          resource: facts.resource,
          kind: facts.responseKind.kind,
          namespaced: facts.scope === 'Namespaced',
        };
        const definition = definitions.get(idOf(group, version, facts.resource)) ?? { resource };
        const stored = definition.storedAs?.resource;
        const storedDefinition = stored && definitions.get(idOf(stored.group, stored.version, stored.resource));
        const strategy = new Strategy(
          resource,
          definition,
          facts,
          stored && (storedDefinition ?? { resource: stored }),
        );
        this.#builtIn.set(idOf(group, version, facts.resource), { resource, facts, strategy });
      }
    }
  }

  find(group: string, version: string, resource: string): Served | undefined {
    const id = idOf(group, version, resource);
    return this.#builtIn.get(id) ?? this.#custom.get(id);
  }

  *all(): IterableIterator<Served> {
    yield* this.#builtIn.values();
    yield* this.#custom.values();
  }

  isServedVersion(group: string, version: string): boolean {
    return (
      this.#builtInGroups.has(`${group}/${version}`) ||
      this.#customGroups.some((g) => g.group === group && g.version === version)
    );
  }

  /** Group versions in discovery's order: the built-in ones, then those of custom resources by group and priority. */
  groupVersions(): readonly GroupVersionFacts[] {
    const last = BUILT_IN.findIndex((gv) => gv.group === LAST_GROUP);
    return [...BUILT_IN.slice(0, last), ...this.#customGroups, ...BUILT_IN.slice(last)];
  }

  /** Replaces all custom resources. */
  setCustom(served: readonly Served[], groups: readonly GroupVersionFacts[]): void {
    this.#custom = new Map(served.map((s) => [idOf(s.resource.group, s.resource.version, s.resource.resource), s]));
    this.#customGroups = [...groups];
  }
}
