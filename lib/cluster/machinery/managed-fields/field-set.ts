import { isJsonObject } from '../object.ts';

/**
 * A set of paths in the form of a managedFields entry's `fieldsV1`: a tree whose nodes belong to the set when they hold
 * `"."` or nothing at all. The empty set is undefined.
 *
 *     {"f:data": {".": {}, "f:a": {}}, "f:spec": {"f:replicas": {}}} is .data, .data.a and .spec.replicas
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

const SELF = '.';
const LEAF: FieldSet = Object.freeze({});

function isMember(set: FieldSet): boolean {
  if (Object.hasOwn(set, SELF)) return true;
  for (const _ in set) return false;
  return true;
}

/** A node from its parts: undefined when it is no member and nothing is below it. */
export function fieldSetOf(member: boolean, below: Record<string, FieldSet> | undefined): FieldSet | undefined {
  let any = false;
  for (const _ in below) {
    any = true;
    break;
  }
  if (!any) return member ? LEAF : undefined;
  return member ? { [SELF]: LEAF, ...below } : below;
}

type Children = Record<string, FieldSet>;
const childOf = (set: FieldSet | undefined, element: string): FieldSet | undefined =>
  set !== undefined && Object.hasOwn(set, element) ? set[element] : undefined;

/** Whether the path of this one element belongs to the set. */
export function hasElement(set: FieldSet, element: string): boolean {
  const child = childOf(set, element);
  return child !== undefined && isMember(child);
}

/** What the set holds below an element. */
export function below(set: FieldSet, element: string): FieldSet | undefined {
  const child = childOf(set, element);
  if (!child) return undefined;
  for (const key in child) if (key !== SELF) return child;
  return undefined;
}

/** Paths of either set. */
export function union(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (!a || !b || a === b) return a ?? b;
  const children: Children = {};
  for (const key in a) {
    const [left, right] = [a[key], childOf(b, key)];
    const both = key === SELF ? undefined : union(left, right);
    if (both) children[key] = both;
  }
  for (const key in b) {
    const right = b[key];
    if (key !== SELF && right && !Object.hasOwn(a, key)) children[key] = right;
  }
  return fieldSetOf(isMember(a) || isMember(b), children);
}

/** Paths of `a` that are not in `b`; what is below a path of `b` stays. */
export function difference(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (!a || !b) return a;
  const children: Children = {};
  for (const key in a) {
    if (key === SELF) continue;
    const rest = difference(a[key], childOf(b, key));
    if (rest) children[key] = rest;
  }
  return fieldSetOf(isMember(a) && !isMember(b), children);
}

/** Paths of `a` that are neither in `b` nor below a path of `b`. */
export function recursiveDifference(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (!a || !b) return a;
  if (isMember(b)) return undefined;
  const children: Children = {};
  for (const key in a) {
    if (key === SELF) continue;
    const rest = recursiveDifference(a[key], childOf(b, key));
    if (rest) children[key] = rest;
  }
  return fieldSetOf(isMember(a), children);
}

/** Paths of both sets. */
export function intersection(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (!a || !b) return undefined;
  const children: Children = {};
  for (const key in a) {
    if (key === SELF) continue;
    const common = intersection(a[key], childOf(b, key));
    if (common) children[key] = common;
  }
  return fieldSetOf(isMember(a) && isMember(b), children);
}

const ELEMENT_ORDER = 'fkvi';
const byElement = (a: string, b: string) =>
  ELEMENT_ORDER.indexOf(a.charAt(0)) - ELEMENT_ORDER.indexOf(b.charAt(0)) || (a < b ? -1 : a > b ? 1 : 0);

/** An element as messages print it: `.spec`, `[name="web"]`, `[="x"]`, `[0]`. */
export function printElement(element: string): string {
  const text = element.slice(2);
  switch (element.charAt(0)) {
    case 'k': {
      const key: unknown = JSON.parse(text);
      const parts = isJsonObject(key) ? Object.entries(key).map(([name, v]) => `${name}=${JSON.stringify(v)}`) : [];
      return `[${parts.join(',')}]`;
    }
    case 'v':
      return `[=${text}]`;
    case 'i':
      return `[${text}]`;
    default:
      return `.${text}`;
  }
}

/** All paths of a set as messages print them, in upstream's order: `.spec.containers[name="web"].image`. */
export function printPaths(set: FieldSet | undefined, prefix = ''): string[] {
  if (!set) return [];
  const elements = Object.keys(set)
    .filter((k) => k !== SELF)
    .sort(byElement);
  const members = elements.filter((e) => hasElement(set, e)).map((e) => prefix + printElement(e));
  return [...members, ...elements.flatMap((e) => printPaths(below(set, e), prefix + printElement(e)))];
}

/** The same set with its elements in upstream's order, which clients compare byte by byte. */
export function inOrder(set: FieldSet): FieldSet {
  const elements = Object.keys(set);
  if (elements.length === 0) return set;
  const sorted = elements.filter((e) => e !== SELF).sort(byElement);
  const ordered: Record<string, FieldSet> = Object.hasOwn(set, SELF) ? { [SELF]: LEAF } : {};
  for (const element of sorted) ordered[element] = inOrder(set[element] ?? LEAF);
  return ordered;
}

/** Deeper trees are refused: no object nests like that. */
const MAX_DEPTH = 200;

/** Reads a `fieldsV1` that a client sent; undefined when it is no tree of path elements. */
export function readFieldSet(value: unknown, depth = 0): FieldSet | undefined {
  if (!isJsonObject(value) || depth > MAX_DEPTH) return undefined;
  for (const key of Object.keys(value)) {
    if (key !== SELF && !/^[fkvi]:/.test(key)) return undefined;
    if (/^[kv]:/.test(key) && !isJson(key.slice(2))) return undefined;
    if (!readFieldSet(value[key], depth + 1)) return undefined;
  }
  return value as FieldSet;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
