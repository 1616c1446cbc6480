import { isJsonObject, type JsonObject } from '../object.ts';
import type { TypeInfo } from '../type-info.ts';
import { itemsByElement, listElement } from './list-element.ts';
import { formOf, memberType, UNDECLARED } from './typed-form.ts';

/** Merges an applied configuration into a live value: its leaves win, lists are merged by their elements. */
export function mergeTyped(type: TypeInfo, live: unknown, config: unknown): unknown {
  if (config === undefined) return live;
  if (live === undefined) return config;
  const form = formOf(type, live, config);
  if (form === 'map') {
    const left: JsonObject = isJsonObject(live) ? live : {};
    const right: JsonObject = isJsonObject(config) ? config : {};
    if (Object.keys(left).length === 0 && Object.keys(right).length === 0) return config;
    const result: JsonObject = { ...left };
    for (const name of Object.keys(right)) {
      const value = mergeTyped(memberType(type, name), Object.hasOwn(left, name) ? left[name] : undefined, right[name]);
      Object.defineProperty(result, name, { value, enumerable: true, writable: true, configurable: true });
    }
    return result;
  }
  if (form === 'list') {
    const left: readonly unknown[] = Array.isArray(live) ? live : [];
    const right: readonly unknown[] = Array.isArray(config) ? config : [];
    return left.length === 0 && right.length === 0 ? config : mergeLists(type, left, right);
  }
  return config;
}

const elementsOf = (type: TypeInfo, list: readonly unknown[]) =>
  list.flatMap((item) => {
    const element = listElement(type, item);
    return element.ok ? [{ key: element.element, item }] : [];
  });

/**
 * Items of both lists once: those of the configuration in its order, those that only the live list has at the place where
 * they stood between shared ones.
 */
function mergeLists(type: TypeInfo, live: readonly unknown[], config: readonly unknown[]): unknown[] {
  const left = elementsOf(type, live);
  const right = elementsOf(type, config);
  const inLive = itemsByElement(type, live);
  const inConfig = itemsByElement(type, config);
  const element = type.element ?? UNDECLARED;
  const merged = new Set<string>();
  const result: unknown[] = [];
  // Doubled live items are not merged into, but replaced.
  const partner = (key: string) => {
    const items = inLive.get(key) ?? [];
    return items.length === 1 ? items[0] : undefined;
  };
  const shared = right.filter(({ key }) => inLive.has(key)).map(({ key }) => key);
  let next = shared.shift();
  const take = (i: number) => {
    const item = right[i];
    if (!item) return;
    merged.add(item.key);
    result.push(mergeTyped(element, partner(item.key), item.item));
    if (item.key === next) next = shared.shift();
  };
  for (let l = 0, r = 0; l < left.length || r < right.length;) {
    const a = left[l];
    const b = right[r];
    if (a && b) {
      if (a.key === b.key) {
        take(r++);
        l++;
        continue;
      }
      if (inConfig.has(a.key) && next !== undefined && next !== a.key) {
        l++;
        continue;
      }
    }
    if (a) {
      if (!inConfig.has(a.key)) {
        result.push(a.item);
        l++;
        continue;
      }
      if (merged.has(a.key)) l++;
    }
    if (b) take(r++);
  }
  return result;
}
