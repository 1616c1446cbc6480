import type { Clock } from '../../kit/clock.ts';
import type { Random } from '../../kit/random.ts';
import type { FieldError } from '../machinery/field-error.ts';
import type { JsonObject, KubeObject } from '../machinery/object.ts';
import type { Resource } from '../machinery/resource.ts';
import type { UserInfo } from '../machinery/user.ts';
import type { SchemaField } from '../schema/descriptions.ts';

/** One column of a table (`kubectl get`). `cell` returns what the JSON of a Table's cell holds. */
export interface Column<T> {
  /** As served: `Name`, `Ready`, `Up-to-date`; kubectl prints it in capitals. */
  name: string;
  type: 'string' | 'integer' | 'boolean' | 'number' | 'date';
  format?: string;
  description: string | SchemaField;
  /** 0: always shown; 1: only with `-o wide`. */
  priority: number;
  cell(object: T, now: number): string | number | boolean;
}

/** What the hooks of a kind may use. `read` sees committed state, synchronously, without authorization. */
export interface KindContext {
  clock: Clock;
  random: Random;
  user: UserInfo;
  dryRun: boolean;
  flags: ServerFlags;
  read: KindReader;
}

export interface KindReader {
  get(
    resource: { group: string; resource: string },
    namespace: string,
    name: string,
  ): (KubeObject & JsonObject) | undefined;
  list(resource: { group: string; resource: string }, namespace?: string): readonly (KubeObject & JsonObject)[];
}

/** What the flags of the kube-apiserver decide about objects. */
export interface ServerFlags {
  serviceClusterIpRange: string;
  serviceNodePortRange: { from: number; to: number };
  allowPrivileged: boolean;
}

/** What a write changes beside the object itself: written after it, undone by nobody (upstream's allocators). */
export interface SideEffect {
  resource: { group: string; version: string; resource: string };
  action: 'create' | 'delete';
  object: KubeObject & JsonObject;
}

/**
 * All that is particular to one kind. Names, scope, verbs, short names, categories and subresources come from the
 * discovery facts (schema/facts), keyed by `resource`; this adds behaviour. Every hook is optional: a kind without any is
 * stored and served as it is, with Name and Age as its columns.
 *
 * Order on create: decode → `defaults` → admission (mutating; `defaults` once more) → `prepareForCreate` → `validate`
 * → admission (validating) → store. Hooks that take a draft change it in place.
 */
export interface KindDefinition<T extends KubeObject = KubeObject> {
  resource: Resource<T>;
  /**
   * Whether metadata.generation starts at 1 and grows with each change of the spec (of all but metadata and status). A
   * function says itself, after `prepareForUpdate`, whether a change counts (a Deployment's annotations do).
   */
  generation?: boolean | GenerationRule<T>;
  /** Present when this is another served version of a kind that is stored under a different one. */
  storedAs?: StoredAs<T>;
  /** Upstream's defaulting functions, also run when a stored object is read by an older client's patch. Idempotent. */
  defaults?(draft: T): void;
  /** The create strategy: clears what clients may not set, allocates. May throw a StatusError. */
  prepareForCreate?(draft: T, context: KindContext): SideEffect[] | void;
  /** The update strategy: puts back what this endpoint may not change. Status is already reset where it is a subresource. */
  prepareForUpdate?(draft: T, old: T, context: KindContext): SideEffect[] | void;
  /** Members that an update leaves as they are, whatever the client sends: whoever sends them does not manage them. */
  fixed?: readonly string[];
  /** The update strategy of `/status`; all but metadata and status is already reset to what is stored. */
  prepareForStatusUpdate?(draft: T, old: T, context: KindContext): void;
  /** After defaults, before storage. Metadata that all kinds share has been validated already. Must not read the store. */
  validate?(object: T, context: KindContext): FieldError[];
  /**
   * All that is checked of an update: calls `validate` itself, since the order of complaints differs by kind. Without it an
   * update is checked by `validate` alone.
   */
  validateUpdate?(object: T, old: T, context: KindContext): FieldError[];
  validateStatusUpdate?(object: T, old: T, context: KindContext): FieldError[];
  /** The shape of metadata.name; DNS-1123 subdomain unless given. Returns complaints without a path. */
  validateName?(name: string, prefix: boolean): string[];
  /** `Warning` headers of a create or update. */
  warnings?(object: T, old: T | undefined): string[];
  /**
   * Fields that field selectors may name beyond metadata.name and metadata.namespace, and how to read each:
   * `{'spec.nodeName': (pod) => pod.spec.nodeName ?? ''}`. Others are refused by name.
   */
  selectableFields?: Readonly<Record<string, FieldReader<T>>>;
  /** What is said of a field that they do not name; `field label not supported: spec.image` unless given. */
  unselectableField?(field: string): string;
  columns?: readonly Column<T>[];
  /** The order of a table's rows where it is not that of names. */
  compareRows?(a: T, b: T): number;
  /** Seconds until deletion that apply to this object, given what the client asked for; 0 deletes at once. */
  gracePeriod?(object: T, asked: number | undefined): number;
  /** Marks an object whose deletion begins but that stays for now (a Namespace becomes Terminating). */
  beginDeletion?(draft: T, context: KindContext): void;
  /** Whether an object being deleted must stay, beside its metadata.finalizers (a Namespace's spec.finalizers). */
  staysWhenDeleted?(object: T): boolean;
  /** Whether a deletion answers with the object that is gone, not with a Status (Pod, Service, ServiceAccount …). */
  answersWithDeleted?: boolean;
  /** What every request for this version is warned of: `v1 Endpoints is deprecated in v1.33+; use …`. */
  deprecation?: string;
  /** Whether an update may create the object (Lease, Event, …: AllowCreateOnUpdate). */
  createOnUpdate?: boolean;
  /** Whether an update without resourceVersion is accepted (AllowUnconditionalUpdate). True unless given. */
  unconditionalUpdate?: boolean;
  /** Undoes allocations when the object has gone for good. */
  afterDelete?(object: T, context: KindContext): SideEffect[];
  /** Default garbage collection of dependents when the client names no policy (legacy orphaning); 'background' unless given. */
  defaultPropagation?: 'orphan' | 'background';
  scale?: ScaleSubresource<T>;
}

type FieldReader<T> = { read(object: T): string }['read'];

/** Typed as a method is, so that definitions of all kinds fit one list. */
type GenerationRule<T> = { counts(object: T, old: T): boolean }['counts'];

/**
 * One more version of a stored kind: autoscaling/v1 beside autoscaling/v2, events.k8s.io/v1 beside core/v1. Both share one
 * key in the store. A request is decoded and run through `defaults` in its own version; all other hooks that the version's
 * own definition has replace those of the stored kind and see the version's form; those it lacks are the stored kind's and
 * see the stored form.
 */
export interface StoredAs<T> {
  resource: Resource;
  toStored(object: T): KubeObject;
  fromStored(object: KubeObject): T;
}

/** How a kind maps onto autoscaling/v1 Scale. */
export interface ScaleSubresource<T> {
  specReplicas(object: T): number;
  statusReplicas(object: T): number;
  /** In query form: `app=web`. */
  selector(object: T): string;
  setSpecReplicas(draft: T, replicas: number): void;
}

/** Types the definition's hooks by its resource. */
export function defineKind<T extends KubeObject>(definition: KindDefinition<T>): KindDefinition<T> {
  return definition;
}
