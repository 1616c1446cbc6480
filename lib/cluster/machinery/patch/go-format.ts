import { isJsonObject } from '../object.ts';

/** A JSON value as Go's %v prints it: `map[image:x]`, `[a b]`, `<nil>`. */
export function goFormat(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goFormat).join(' ')}]`;
  if (isJsonObject(value)) {
    const members = Object.keys(value).sort();
    return `map[${members.map((k) => `${k}:${goFormat(value[k])}`).join(' ')}]`;
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
