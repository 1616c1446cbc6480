import { isJsonObject, type JsonObject } from '../object.ts';
import type { TypeInfo } from '../type-info.ts';
import { below, fieldSetOf, hasElement, type FieldSet } from './field-set.ts';
import { itemsByElement, listElement } from './list-element.ts';
import { formOf, isDeclared, memberType, UNDECLARED } from './typed-form.ts';

const isEmptyObject = (value: unknown) => isJsonObject(value) && Object.keys(value).length === 0;

/** All that an object sets, as a set of paths: leaves, items of lists, keys of maps. */
export function fieldSetOfValue(type: TypeInfo, value: unknown): FieldSet | undefined {
  return collect(type, value, false);
}

function collect(type: TypeInfo, value: unknown, member: boolean): FieldSet | undefined {
  const form = formOf(type, value);
  if (form === 'map' && isJsonObject(value)) {
    const found: Record<string, FieldSet> = {};
    for (const name of Object.keys(value)) {
      const v = value[name];
      if (v === undefined) continue;
      const own = v === null || isEmptyObject(v) || !isDeclared(type, name);
      const set = collect(memberType(type, name), v, own);
      if (set) found[`f:${name}`] = set;
    }
    return fieldSetOf(member, found);
  }
  if (form === 'list' && Array.isArray(value)) {
    const found: Record<string, FieldSet> = {};
    for (const [element, items] of itemsByElement(type, value)) {
      const set = items.length > 1 ? fieldSetOf(true, undefined) : collect(type.element ?? UNDECLARED, items[0], true);
      if (set) found[element] = set;
    }
    return fieldSetOf(member, found);
  }
  return fieldSetOf(member || form === 'leaf', undefined);
}

/** The set with every declared field above its paths, so that structs go when all that they hold does. */
export function withNamedFields(type: TypeInfo, set: FieldSet | undefined): FieldSet | undefined {
  return set && named(type, set, false);
}

function named(type: TypeInfo, set: FieldSet, member: boolean): FieldSet | undefined {
  const found: Record<string, FieldSet> = {};
  for (const element of Object.keys(set)) {
    if (element === '.') continue;
    const child = set[element];
    if (!child) continue;
    const name = element.slice(2);
    const field = element.startsWith('f:');
    const childType = field ? memberType(type, name) : (type.element ?? UNDECLARED);
    const owned = hasElement(set, element) || (field && isDeclared(type, name));
    const result = named(childType, child, owned);
    if (result) found[element] = result;
  }
  return fieldSetOf(member, found);
}

/** A value without the paths of a set. Containers that become empty become null, as upstream has it. */
export function removeFields(type: TypeInfo, value: unknown, set: FieldSet | undefined): unknown {
  if (!set) return value;
  const form = formOf(type, value);
  if (form === 'map' && isJsonObject(value)) {
    const kept: JsonObject = {};
    for (const name of Object.keys(value)) {
      const element = `f:${name}`;
      if (hasElement(set, element)) continue;
      Object.defineProperty(kept, name, {
        value: removeFields(memberType(type, name), value[name], below(set, element)),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return Object.keys(kept).length ? kept : null;
  }
  if (form === 'list' && Array.isArray(value)) {
    const kept: unknown[] = [];
    for (const item of value as unknown[]) {
      const element = listElement(type, item);
      if (!element.ok) kept.push(item);
      else if (!hasElement(set, element.element)) {
        kept.push(removeFields(type.element ?? UNDECLARED, item, below(set, element.element)));
      }
    }
    return kept.length ? kept : null;
  }
  return null;
}
