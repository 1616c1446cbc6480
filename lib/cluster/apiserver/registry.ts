import type { KindDefinition } from '../kinds/define.ts';
import type { Resource } from '../machinery/resource.ts';
import { schemaText } from '../schema/schema-files.ts';
import type { CustomKind } from './custom-resources.ts';
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

  /** Some served version of a resource, the first that discovery lists. */
  findAny(group: string, resource: string): Served | undefined {
    for (const served of this.all()) {
      if (served.resource.group === group && served.resource.resource === resource) return served;
    }
    return undefined;
  }

  /** By kind, for references such as an owner's. */
  findKind(group: string, version: string, kind: string): Served | undefined {
    for (const served of this.all()) {
      const r = served.resource;
      if (r.group === group && r.version === version && r.kind === kind) return served;
    }
    return undefined;
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

  isBuiltInVersion(group: string, version: string): boolean {
    return this.#builtInGroups.has(`${group}/${version}`);
  }

  /** Group versions in discovery's order: the built-in ones, then those of custom resources by group and priority. */
  groupVersions(): readonly GroupVersionFacts[] {
    return [...BUILT_IN, ...this.#customGroups];
  }

  /** Replaces all custom resources. */
  setCustom(served: readonly Served[], groups: readonly GroupVersionFacts[]): void {
    this.#custom = new Map(served.map((s) => [idOf(s.resource.group, s.resource.version, s.resource.resource), s]));
    this.#customGroups = [...groups];
  }
}
