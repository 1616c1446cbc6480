import { deepEqual } from '../../../kit/deep.ts';
import { isJsonObject, type JsonObject } from '../object.ts';
import type { TypeInfo } from '../type-info.ts';
import { fieldSetOf, type FieldSet } from './field-set.ts';
import { itemsByElement } from './list-element.ts';
import { formOf, memberType, UNDECLARED } from './typed-form.ts';

/** What differs between two values, as sets of paths; undefined where nothing does. */
export interface Comparison {
  added: FieldSet | undefined;
  modified: FieldSet | undefined;
  removed: FieldSet | undefined;
}

type Side = keyof Comparison;
type Found = Partial<Record<Side, FieldSet>> | undefined;

const LEAF: FieldSet = Object.freeze({});
const only = (side: Side): Found => ({ [side]: LEAF });

function leaf(old: unknown, now: unknown): Found {
  if (old === undefined) return only('added');
  if (now === undefined) return only('removed');
  return deepEqual(old, now) ? undefined : only('modified');
}

class Collector {
  readonly #sides: Partial<Record<Side, Record<string, FieldSet>>> = {};
  #any = false;

  put(element: string, found: Found): void {
    if (!found) return;
    this.#any = true;
    if (found.added) (this.#sides.added ??= {})[element] = found.added;
    if (found.modified) (this.#sides.modified ??= {})[element] = found.modified;
    if (found.removed) (this.#sides.removed ??= {})[element] = found.removed;
  }

  /** The result for a value that was there, or was not, on either side. */
  finish(old: unknown, now: unknown): Found {
    if (!this.#any && old !== undefined && now !== undefined) return undefined;
    const added = fieldSetOf(old === undefined, this.#sides.added);
    const removed = fieldSetOf(now === undefined, this.#sides.removed);
    const modified = fieldSetOf(false, this.#sides.modified);
    return { ...(added ? { added } : {}), ...(removed ? { removed } : {}), ...(modified ? { modified } : {}) };
  }
}

function walk(type: TypeInfo, old: unknown, now: unknown): Found {
  if (old === now) return undefined;
  const form = formOf(type, old, now);
  if (form === 'map') return walkMap(type, old, now);
  if (form === 'list') return walkList(type, old, now);
  return leaf(old, now);
}

const isEmpty = (value: unknown) => !isJsonObject(value) || Object.keys(value).length === 0;

function walkMap(type: TypeInfo, old: unknown, now: unknown): Found {
  // Empty ones are leaves, so that {} and absent differ.
  if (isEmpty(old) && isEmpty(now)) return leaf(old, now);
  const left: JsonObject = isJsonObject(old) ? old : {};
  const right: JsonObject = isJsonObject(now) ? now : {};
  const found = new Collector();
  for (const name in left) {
    if (left[name] === undefined) continue;
    found.put(
      `f:${name}`,
      walk(memberType(type, name), left[name], Object.hasOwn(right, name) ? right[name] : undefined),
    );
  }
  for (const name in right) {
    if (right[name] === undefined || (Object.hasOwn(left, name) && left[name] !== undefined)) continue;
    found.put(`f:${name}`, walk(memberType(type, name), undefined, right[name]));
  }
  return found.finish(old, now);
}

function walkList(type: TypeInfo, old: unknown, now: unknown): Found {
  const left: readonly unknown[] = Array.isArray(old) ? old : [];
  const right: readonly unknown[] = Array.isArray(now) ? now : [];
  if (left.length === 0 && right.length === 0) return leaf(old, now);
  const olds = itemsByElement(type, left);
  const news = itemsByElement(type, right);
  const element = type.element ?? UNDECLARED;
  const found = new Collector();
  for (const key of new Set([...olds.keys(), ...news.keys()])) {
    const l = olds.get(key) ?? [];
    const r = news.get(key) ?? [];
    if (l.length <= 1 && r.length <= 1) found.put(key, walk(element, l[0], r[0]));
    // Doubled items are one value each time.
    else if (l.length > 1 && r.length > 1) found.put(key, deepEqual(l, r) ? undefined : only('modified'));
    else found.put(key, { ...(l.length > 1 ? only('removed') : {}), ...(r.length > 1 ? only('added') : {}) });
  }
  return found.finish(old, now);
}

/** Compares two objects of a type, as server-side apply sees them. Costs little where they share parts. */
export function compareTyped(type: TypeInfo, old: JsonObject, now: JsonObject): Comparison {
  const found = walk(type, old, now);
  return { added: found?.added, modified: found?.modified, removed: found?.removed };
}
