import type { Column, KindContext, KindDefinition, ScaleSubresource, SideEffect } from '../kinds/define.ts';
import type { FieldError } from '../machinery/field-error.ts';
import { nameIsDnsSubdomain } from '../machinery/names-of-objects.ts';
import type { JsonObject, KubeObject } from '../machinery/object.ts';
import type { Resource } from '../machinery/resource.ts';
import { storagePrefix } from '../store/keys.ts';
import type { ResourceFacts } from './registry.ts';

export type StoredObject = KubeObject & JsonObject;

/** Makes an object hold what another one does. */
function become(target: StoredObject, source: StoredObject): void {
  for (const key of Object.keys(target)) delete target[key];
  Object.assign(target, source);
}

const asStored = (object: KubeObject) => object as StoredObject;

/**
 * One resource's hooks as the handlers call them: always on the stored form, whichever version's definition has the hook
 * (see StoredAs in kinds/define.ts), and with defaults where a kind has no hook.
 */
export class Strategy {
  readonly resource: Resource;
  /** Where its objects are in the store. */
  readonly storedResource: Resource;
  readonly prefix: string;
  /** Whether `/status` exists: then an ordinary update leaves the status as it is. */
  readonly hasStatus: boolean;
  /** Members that an ordinary update does not write. */
  readonly fixed: readonly string[];
  readonly columns: readonly Column<KubeObject>[] | undefined;
  readonly compareRows: ((a: KubeObject, b: KubeObject) => number) | undefined;
  readonly createOnUpdate: boolean;
  readonly unconditionalUpdate: boolean;
  readonly answersWithDeleted: boolean;
  readonly defaultPropagation: 'orphan' | 'background';
  readonly scale: ScaleSubresource<KubeObject> | undefined;
  readonly graceful: boolean;
  readonly deprecation: string | undefined;
  readonly custom: boolean;
  readonly #own: KindDefinition;
  readonly #stored: KindDefinition;

  /** `stored` is the definition of the stored version where that is another one. */
  constructor(
    resource: Resource,
    own: KindDefinition,
    facts: Pick<ResourceFacts, 'subresources'>,
    stored: KindDefinition = own,
    custom = false,
  ) {
    this.resource = resource;
    this.#own = own;
    this.#stored = stored;
    this.custom = custom;
    this.storedResource = stored === own ? resource : stored.resource;
    this.prefix = storagePrefix({ ...this.storedResource, custom });
    this.hasStatus = facts.subresources?.some((s) => s.subresource === 'status') ?? false;
    this.fixed = own.fixed ?? stored.fixed ?? [];
    this.columns = own.columns ?? this.#columnsOfStored();
    this.compareRows = own.compareRows?.bind(own);
    this.createOnUpdate = own.createOnUpdate ?? stored.createOnUpdate ?? false;
    this.unconditionalUpdate = own.unconditionalUpdate ?? stored.unconditionalUpdate ?? true;
    this.answersWithDeleted = own.answersWithDeleted ?? stored.answersWithDeleted ?? false;
    this.defaultPropagation = own.defaultPropagation ?? stored.defaultPropagation ?? 'background';
    this.scale = own.scale ?? stored.scale;
    this.deprecation = own.deprecation;
    this.graceful = 'gracePeriod' in own || 'gracePeriod' in stored;
  }

  /** The stored kind's columns, reading served objects. */
  #columnsOfStored(): readonly Column<KubeObject>[] | undefined {
    const { columns } = this.#stored;
    if (!this.#own.storedAs) return columns;
    return columns?.map((column) => ({
      ...column,
      cell: (object: KubeObject, now: number) => column.cell(this.toStored(asStored(object)), now),
    }));
  }

  /** An object of the served version as it is stored. */
  toStored(object: StoredObject): StoredObject {
    return this.#own.storedAs ? asStored(this.#own.storedAs.toStored(object)) : object;
  }

  /** A stored object in the served version. */
  fromStored(object: StoredObject): StoredObject {
    return this.#own.storedAs ? asStored(this.#own.storedAs.fromStored(object)) : object;
  }

  /** On the served form. */
  defaults(draft: StoredObject): void {
    this.#own.defaults?.(draft);
  }

  /** The defaults of the stored version, after admission has changed an object. */
  defaultsOfStored(draft: StoredObject): void {
    this.#stored.defaults?.(draft);
  }

  prepareForCreate(draft: StoredObject, context: KindContext): SideEffect[] {
    if (!this.#converts('prepareForCreate')) return this.#stored.prepareForCreate?.(draft, context) ?? [];
    return this.#inServedForm(draft, (served) => this.#own.prepareForCreate?.(served, context) ?? []);
  }

  prepareForUpdate(draft: StoredObject, old: StoredObject, context: KindContext): SideEffect[] {
    if (!this.#converts('prepareForUpdate')) return this.#stored.prepareForUpdate?.(draft, old, context) ?? [];
    const served = this.fromStored(old);
    return this.#inServedForm(draft, (own) => this.#own.prepareForUpdate?.(own, served, context) ?? []);
  }

  prepareForStatusUpdate(draft: StoredObject, old: StoredObject, context: KindContext): void {
    if (!this.#converts('prepareForStatusUpdate')) {
      this.#stored.prepareForStatusUpdate?.(draft, old, context);
      return;
    }
    const served = this.fromStored(old);
    this.#inServedForm(draft, (own) => this.#own.prepareForStatusUpdate?.(own, served, context));
  }

  validate(object: StoredObject, context: KindContext): FieldError[] {
    if (this.#own.validate) return this.#own.validate(this.fromStored(object), context);
    return this.#stored.validate?.(object, context) ?? [];
  }

  validateUpdate(object: StoredObject, old: StoredObject, context: KindContext): FieldError[] {
    if (this.#own.validateUpdate)
      return this.#own.validateUpdate(this.fromStored(object), this.fromStored(old), context);
    if (this.#stored.validateUpdate) return this.#stored.validateUpdate(object, old, context);
    return this.validate(object, context);
  }

  validateStatusUpdate(object: StoredObject, old: StoredObject, context: KindContext): FieldError[] {
    if (this.#own.validateStatusUpdate) {
      return this.#own.validateStatusUpdate(this.fromStored(object), this.fromStored(old), context);
    }
    return this.#stored.validateStatusUpdate?.(object, old, context) ?? [];
  }

  validateName(name: string, prefix: boolean): string[] {
    if (this.#own.validateName) return this.#own.validateName(name, prefix);
    return this.#stored.validateName?.(name, prefix) ?? nameIsDnsSubdomain(name, prefix);
  }

  warnings(object: StoredObject, old: StoredObject | undefined): string[] {
    if (this.#own.warnings) return this.#own.warnings(this.fromStored(object), old && this.fromStored(old));
    return this.#stored.warnings?.(object, old) ?? [];
  }

  /** Whether generation is kept at all, and whether this change raises it. */
  get keepsGeneration(): boolean {
    return Boolean(this.#own.generation ?? this.#stored.generation);
  }

  raisesGeneration(object: StoredObject, old: StoredObject, otherwise: () => boolean): boolean {
    const rule = this.#own.generation ?? this.#stored.generation;
    if (typeof rule === 'function') return rule(object, old);
    return rule === true && otherwise();
  }

  /** The fields beyond its names by which this kind can be selected; undefined when there are none. */
  get fieldNames(): readonly string[] | undefined {
    const readers = this.#own.selectableFields ?? this.#stored.selectableFields;
    return readers && Object.keys(readers);
  }

  /** What is said of a field by which it cannot be selected. */
  unselectableField(field: string): string {
    const said = this.#own.unselectableField?.(field) ?? this.#stored.unselectableField?.(field);
    return said ?? `field label not supported: ${field}`;
  }

  /** What a selectable field holds. */
  field(object: StoredObject, name: string): string {
    const own = this.#own.selectableFields;
    if (own) return own[name]?.(this.fromStored(object)) ?? '';
    return this.#stored.selectableFields?.[name]?.(object) ?? '';
  }

  gracePeriod(object: StoredObject, asked: number | undefined): number {
    if (this.#own.gracePeriod) return this.#own.gracePeriod(this.fromStored(object), asked);
    return this.#stored.gracePeriod?.(object, asked) ?? 0;
  }

  beginDeletion(draft: StoredObject, context: KindContext): void {
    this.#stored.beginDeletion?.(draft, context);
  }

  staysWhenDeleted(object: StoredObject): boolean {
    return this.#stored.staysWhenDeleted?.(object) ?? false;
  }

  afterDelete(object: StoredObject, context: KindContext): SideEffect[] {
    return this.#stored.afterDelete?.(object, context) ?? [];
  }

  /** Whether a hook is the served version's own and that version is not the stored one. */
  #converts(hook: keyof KindDefinition): boolean {
    return this.#own.storedAs !== undefined && hook in this.#own;
  }

  #inServedForm<R>(draft: StoredObject, run: (served: StoredObject) => R): R {
    const served = this.fromStored(draft);
    const result = run(served);
    become(draft, this.toStored(served));
    return result;
  }
}
