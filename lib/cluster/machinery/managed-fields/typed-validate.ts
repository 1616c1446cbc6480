import { isJsonObject } from '../object.ts';
import { goFormat } from '../patch/go-format.ts';
import type { TypeInfo } from '../type-info.ts';
import { printElement } from './field-set.ts';
import { listElement } from './list-element.ts';

const typeName = (value: unknown): string => {
  if (Array.isArray(value)) return '[]interface {}';
  if (isJsonObject(value)) return 'map[string]interface {}';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value;
};

const shown = (value: unknown) => `&{${goFormat(value)}}`;
const goLiteral = (value: unknown) => (typeof value === 'string' ? JSON.stringify(value) : goFormat(value));

/**
 * What makes a configuration unfit for server-side apply, each as upstream prints it: `.spec.replica: field not declared
 * in schema`.
 */
export function typedFaults(type: TypeInfo, value: unknown, at = ''): string[] {
  if (value === null || value === undefined) return [];
  switch (type.kind) {
    case 'struct':
    case 'map':
      return isJsonObject(value) ? mapFaults(type, value, at) : [`${at}: expected map, got ${shown(value)}`];
    case 'list':
      return Array.isArray(value) ? listFaults(type, value, at) : [`${at}: expected list, got ${shown(value)}`];
    case 'int32':
    case 'int64':
    case 'double':
      return typeof value === 'number' ? [] : [`${at}: expected numeric (int or float), got ${typeName(value)}`];
    case 'bool':
      return typeof value === 'boolean' ? [] : [`${at}: expected boolean, got ${shown(value)}`];
    case 'int-or-string':
    case 'quantity':
      return typeof value === 'object' ? [`${at}: expected any scalar, got ${shown(value)}`] : [];
    case 'raw':
      return [];
    default:
      if (typeof value === 'string') return [];
      return [`${at}: expected string, got &value.valueUnstructured{Value:${goLiteral(value)}}`];
  }
}

function mapFaults(type: TypeInfo, value: Record<string, unknown>, at: string): string[] {
  const faults: string[] = [];
  for (const name of Object.keys(value).sort()) {
    const path = `${at}.${name}`;
    const member = type.fields.get(name)?.type ?? (type.kind === 'map' ? type.element : undefined);
    if (member) faults.push(...typedFaults(member, value[name], path));
    else if (!type.keepsUnknown && (type.kind === 'struct' || type.element)) {
      // Upstream stops at the first one of a struct.
      return [...faults, `${path}: field not declared in schema`];
    }
  }
  return faults;
}

function listFaults(type: TypeInfo, value: readonly unknown[], at: string): string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const [i, item] of value.entries()) {
    let path = `${at}[${i}]`;
    if (type.listType !== 'atomic') {
      const element = listElement(type, item);
      if (!element.ok) return [...faults, `${at}: element ${i}: ${element.error}`];
      const printed = printElement(element.element);
      path = at + printed;
      if (seen.has(element.element)) faults.push(`${at}: duplicate entries for key ${printed}`);
      seen.add(element.element);
    }
    if (type.element) faults.push(...typedFaults(type.element, item, path));
  }
  return faults;
}
