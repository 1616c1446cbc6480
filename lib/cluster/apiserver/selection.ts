import type { RequestOptions } from '../machinery/api-request.ts';
import { parseFieldSelector } from '../machinery/field-selector.ts';
import type { FieldTerm } from '../machinery/field-selector.ts';
import { parseLabelSelector } from '../machinery/label-selector-parse.ts';
import type { Parsed } from '../machinery/label-selector-parse.ts';
import { matchesRequirements } from '../machinery/selector.ts';
import { badRequest } from '../machinery/status-error.ts';
import type { StoredObject, Strategy } from './strategy.ts';

/** Which objects of one resource a list or watch is about. */
export interface Selection {
  /** Whether there is a selector at all. */
  selective: boolean;
  /** The only name that can match, where the selector gives one. */
  name?: string;
  /** On the stored form. */
  matches(object: StoredObject): boolean;
}

const EVERYTHING: Selection = { selective: false, matches: () => true };

function read<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw badRequest(parsed.error);
  return parsed.value;
}

function mustBeSelectable(term: FieldTerm, strategy: Strategy): void {
  const { field } = term;
  if (field === 'metadata.name') return;
  const names = strategy.fieldNames;
  const known = names !== undefined || strategy.custom;
  // Where nothing says which fields there are, objects without a namespace have an empty one.
  if (field === 'metadata.namespace' && (strategy.resource.namespaced || !known)) return;
  if (names?.includes(field)) return;
  throw badRequest(
    known
      ? strategy.unselectableField(field)
      : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
  );
}

function fieldOf(object: StoredObject, field: string, strategy: Strategy): string {
  if (field === 'metadata.name') return object.metadata.name;
  if (field === 'metadata.namespace') return object.metadata.namespace ?? '';
  return strategy.field(object, field);
}

/** Reads the selectors of a request; throws 400 for what upstream does not understand. */
export function selectionOf(options: RequestOptions | undefined, strategy: Strategy): Selection {
  if (!options?.labelSelector && !options?.fieldSelector) return EVERYTHING;
  const labels = read(parseLabelSelector(options.labelSelector ?? ''));
  const fields = read(parseFieldSelector(options.fieldSelector ?? ''));
  for (const term of fields) mustBeSelectable(term, strategy);
  const name = fields.find((t) => t.field === 'metadata.name' && t.equal)?.value;
  return {
    selective: labels.length > 0 || fields.length > 0,
    ...(name ? { name } : {}),
    matches: (object) =>
      matchesRequirements(labels, object.metadata.labels) &&
      fields.every((t) => (fieldOf(object, t.field, strategy) === t.value) === t.equal),
  };
}
