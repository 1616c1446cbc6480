import type { Column } from '../kinds/define.ts';
import { age, column, createdAt, name } from '../kinds/shared/columns.ts';
import { isJsonObject } from '../machinery/object.ts';
import type { JsonObject, KubeObject } from '../machinery/object.ts';
import { badRequest } from '../machinery/status-error.ts';
import { descriptionOf } from '../schema/descriptions.ts';
import type { Served } from './registry.ts';
import type { StoredObject } from './strategy.ts';

/** Columns of a kind that declares none. */
const DEFAULT_COLUMNS: readonly Column<KubeObject>[] = [name(), createdAt()];

const replicas = (part: unknown) => (isJsonObject(part) ? Number(part['replicas'] ?? 0) : 0);

/** Columns of a Scale, in which objects of other kinds show their `/scale`. */
const SCALE_COLUMNS: readonly Column<KubeObject & JsonObject>[] = [
  name(),
  column('Desired', 'integer', 'How many replicas are wanted.', ({ spec }) => replicas(spec)),
  column('Available', 'integer', 'How many replicas there are.', ({ status }) => replicas(status)),
  age(),
];

function columnsOf({ strategy, resource }: Served, [object]: readonly StoredObject[]): readonly Column<StoredObject>[] {
  if (object?.kind === 'Scale' && resource.kind !== 'Scale') return SCALE_COLUMNS;
  return strategy.columns ?? DEFAULT_COLUMNS;
}

/** `?includeObject=`: how much of its object a row carries. */
export type IncludeObject = 'Metadata' | 'Object' | 'None';

export function readIncludeObject(text: string | null): IncludeObject {
  if (text === null || text === '') return 'Metadata';
  if (text === 'Metadata' || text === 'Object' || text === 'None') return text;
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(text)}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}

/** PartialObjectMetadata of an object. */
export function partialMetadata(object: KubeObject, version: string): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}

export interface TableOptions {
  now: number;
  version: string;
  include: IncludeObject;
  /** Whether the columns are described: a watch does that in its first event only. */
  headers: boolean;
}

/** A Table of objects in their served form. */
export function tableOf(
  served: Served,
  objects: readonly StoredObject[],
  metadata: JsonObject,
  { now, version, include, headers }: TableOptions,
): JsonObject {
  const columns = columnsOf(served, objects);
  const { compareRows } = served.strategy;
  const ordered = compareRows ? [...objects].sort(compareRows) : objects;
  const rowObject = (o: StoredObject) => {
    if (include === 'None') return null;
    return include === 'Object' ? o : partialMetadata(o, version);
  };
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    columnDefinitions: headers
      ? columns.map(({ name, type, format = '', description, priority }) => ({
          name,
          type,
          format,
          description: typeof description === 'string' ? description : descriptionOf(description),
          priority,
        }))
      : null,
    rows: ordered.map((o) => ({ cells: columns.map((c) => c.cell(o, now)), object: rowObject(o) })),
  };
}
