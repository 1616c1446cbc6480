import { isJsonObject, type JsonObject } from '../object.ts';
import type { TypeInfo } from '../type-info.ts';

/** What identifies an item of a set or a keyed list, as a path element; or why nothing does. */
export type ListElement = { ok: true; element: string } | { ok: false; error: string };

const fail = (error: string): ListElement => ({ ok: false, error });

/** `v:"x"` in a set, `k:{"port":80,"protocol":"TCP"}` in a keyed list, where an absent key has its schema's default. */
export function listElement(type: TypeInfo, item: unknown): ListElement {
  return type.listKeys.length ? keyedElement(type, item) : setElement(item);
}

function setElement(item: unknown): ListElement {
  if (isJsonObject(item)) return fail("associative list without keys has an element that's a map type");
  if (Array.isArray(item)) return fail('not supported: associative list with lists as elements');
  if (item === null || item === undefined) {
    return fail("associative list without keys has an element that's an explicit null");
  }
  return { ok: true, element: `v:${JSON.stringify(item)}` };
}

function keyedElement(type: TypeInfo, item: unknown): ListElement {
  if (item === null || item === undefined) return fail('associative list with keys may not have a null element');
  if (!isJsonObject(item)) return fail('associative list with keys may not have non-map elements');
  const key: JsonObject = {};
  let any = false;
  for (const name of [...type.listKeys].sort()) {
    const value = item[name] ?? type.element?.fields.get(name)?.default;
    if (value === undefined) continue;
    key[name] = value;
    any = true;
  }
  if (any) return { ok: true, element: `k:${JSON.stringify(key)}` };
  const keys = type.listKeys.map((k) => JSON.stringify(k)).join(' ');
  return fail(
    `associative list with keys has an element that omits all key fields [${keys}] (and doesn't have default values for any key fields)`,
  );
}

/** The items of a list by their element, in order; items that nothing identifies are left out. */
export function itemsByElement(type: TypeInfo, list: readonly unknown[]): Map<string, unknown[]> {
  const found = new Map<string, unknown[]>();
  for (const item of list) {
    const element = listElement(type, item);
    if (!element.ok) continue;
    const known = found.get(element.element);
    if (known) known.push(item);
    else found.set(element.element, [item]);
  }
  return found;
}
