import { deepEqual } from '../../../kit/deep.ts';
import { isJsonObject } from '../../machinery/object.ts';
import type { JSONSchemaProps } from '../../schema/generated/types.ts';

/** The schema below a key that may hold a schema or something else (a boolean, a list). */
export const schemaOf = (value: unknown): JSONSchemaProps | undefined =>
  isJsonObject(value) ? (value as JSONSchemaProps) : undefined;

/** A map's entries by key, as messages list them. */
export const sortedEntries = <V>(map: Record<string, V> | undefined): [string, V][] =>
  Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

/** Whether a schema's `anyOf` says no more than that the value is an integer or a string. */
export const isIntegerOrString = (anyOf: readonly JSONSchemaProps[] | undefined): boolean =>
  anyOf?.length === 2 &&
  anyOf.every((one, i) => Object.keys(one).length === 1 && one.type === ['integer', 'string'][i]);

/** What an item of a keyed list was in the list before: the one with the same keys. Items of other lists were nothing. */
export function itemBefore(schema: JSONSchemaProps, item: unknown, old: unknown): unknown {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old) || !isJsonObject(item)) return undefined;
  return old.find((one) => isJsonObject(one) && keys.every((key) => deepEqual(one[key], item[key])));
}
