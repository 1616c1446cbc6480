import type { Column } from '../kinds/define.ts';
import { age, column, name } from '../kinds/shared/columns.ts';
import { isJsonObject } from '../machinery/object.ts';
import type { JsonObject, KubeObject } from '../machinery/object.ts';
import { badRequest } from '../machinery/status-error.ts';
import type { Served } from './registry.ts';
import type { StoredObject } from './strategy.ts';

const NAME_DESCRIPTION =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names';
const CREATED_DESCRIPTION =
  'CreationTimestamp is a timestamp representing the server time when this object was created.';

/** Columns of a kind that declares none. */
const DEFAULT_COLUMNS: readonly Column<KubeObject>[] = [
  {
    name: 'Name',
    type: 'string',
    format: 'name',
    description: NAME_DESCRIPTION,
    priority: 0,
    cell: (o) => o.metadata.name,
  },
  {
    name: 'Created At',
    type: 'date',
    description: CREATED_DESCRIPTION,
    priority: 0,
    cell: (o) => o.metadata.creationTimestamp ?? '',
  },
];

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
          description,
          priority,
        }))
      : null,
    rows: ordered.map((o) => ({ cells: columns.map((c) => c.cell(o, now)), object: rowObject(o) })),
  };
}
