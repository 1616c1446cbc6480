import type { KubeObject } from '../../machinery/object.ts';
import type { SchemaField } from '../../schema/descriptions.ts';
import type { Column } from '../define.ts';

type Cell<T> = Column<T>['cell'];

/** A column in one line: `column('Holder', 'string', 'Who holds the lease.', (lease) => …)`. */
export function column<T>(
  title: string,
  type: Column<T>['type'],
  description: string | SchemaField,
  cell: Cell<T>,
  { priority = 0 }: { priority?: 0 | 1 } = {},
): Column<T> {
  return { name: title, type, description, priority, cell };
}

/** A field of every object's metadata. */
const metadataField = (field: string): SchemaField => ({
  schema: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
  field,
});

export const name = <T extends KubeObject>(): Column<T> => ({
  name: 'Name',
  type: 'string',
  format: 'name',
  description: metadataField('name'),
  priority: 0,
  cell: ({ metadata }) => metadata.name,
});

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span of time as tables show it: `45s`, `3m10s`, `25h`, `3d4h` (duration.HumanDuration). */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const pair = (unit: number, small: number, u: string, s: string) => {
    const rest = Math.floor((seconds % unit) / small);
    return rest === 0 ? `${Math.floor(seconds / unit)}${u}` : `${Math.floor(seconds / unit)}${u}${rest}${s}`;
  };
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 2 * MINUTE) return `${seconds}s`;
  if (seconds < 10 * MINUTE) return pair(MINUTE, 1, 'm', 's');
  if (seconds < 3 * HOUR) return `${Math.floor(seconds / MINUTE)}m`;
  if (seconds < 8 * HOUR) return pair(HOUR, MINUTE, 'h', 'm');
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)}h`;
  if (seconds < 8 * DAY) return pair(DAY, HOUR, 'd', 'h');
  if (seconds < 2 * 365 * DAY) return `${Math.floor(seconds / DAY)}d`;
  if (seconds < 8 * 365 * DAY) return pair(365 * DAY, DAY, 'y', 'd');
  return `${Math.floor(seconds / (365 * DAY))}y`;
}

/** How long ago a time was; `<unknown>` without one. */
export const since = (time: string | undefined, now: number): string =>
  time ? humanDuration(now - Date.parse(time)) : '<unknown>';

export const age = <T extends KubeObject>(): Column<T> =>
  column('Age', 'string', metadataField('creationTimestamp'), ({ metadata }, now) =>
    since(metadata.creationTimestamp, now),
  );

export const createdAt = <T extends KubeObject>(): Column<T> =>
  column('Created At', 'date', metadataField('creationTimestamp'), ({ metadata }) => metadata.creationTimestamp ?? '');

/** `app=web,tier=front`, by key. */
export function showLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.sort().join(',') || '<none>';
}
