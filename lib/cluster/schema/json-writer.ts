import { isJsonObject } from '../machinery/object.ts';
import type { TypeInfo } from '../machinery/type-info.ts';
import { zeroValue } from './zero-values.ts';

const UNSAFE = /[<>&\u2028\u2029]/g;
const escaped = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A string as Go's encoder writes it: `<`, `>` and `&` escaped. */
function quote(text: string): string {
  const json = JSON.stringify(text);
  return UNSAFE.test(json) ? json.replace(UNSAFE, escaped) : json;
}

/** Values without a type: members sorted by name, as Go writes maps. */
function untyped(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map(untyped).join(',')}]`;
  if (isJsonObject(value)) {
    const names = Object.keys(value).sort();
    const members = names.filter((n) => value[n] !== undefined).map((n) => `${quote(n)}:${untyped(value[n])}`);
    return `{${members.join(',')}}`;
  }
  return value === undefined ? 'null' : JSON.stringify(value);
}

/**
 * Writes a value as upstream's server does: fields in the order of upstream's types, maps by key, with the zero values
 * that upstream always writes. Without a type (or for a custom resource) all members are sorted.
 */
export function writeJson(type: TypeInfo | undefined, value: unknown): string {
  if (!type || type.custom) return untyped(value);
  if (type.kind === 'struct' && isJsonObject(value)) {
    const members: string[] = [];
    for (const [name, field] of type.fields) {
      const member = value[name];
      if (member !== undefined) members.push(`"${name}":${writeJson(field.type, member)}`);
      else if (field.always)
        members.push(`"${name}":${field.optional ? 'null' : writeJson(field.type, zeroValue(field.type))}`);
    }
    return `{${members.join(',')}}`;
  }
  if (type.kind === 'list' && Array.isArray(value))
    return `[${value.map((v) => writeJson(type.element, v)).join(',')}]`;
  if (type.kind === 'map' && isJsonObject(value)) {
    const names = Object.keys(value).sort();
    return `{${names.map((n) => `${quote(n)}:${writeJson(type.element, value[n])}`).join(',')}}`;
  }
  return untyped(value);
}
