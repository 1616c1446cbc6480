import { formatQuantity, parseQuantity } from '../../machinery/quantity.ts';
import type { KubeObject } from '../../machinery/object.ts';
import type { Column } from '../define.ts';

/** A client may leave it out; it is stored as null then. */
type Usage = Readonly<Record<string, string>> | null;

/** The sum of what several containers use of one resource. */
function total(usages: readonly Usage[], resource: string): string {
  const amounts = usages.flatMap((usage) => parseQuantity(usage?.[resource] ?? '0') ?? []);
  const [first] = amounts;
  return formatQuantity({ nanos: amounts.reduce((sum, q) => sum + q.nanos, 0n), format: first?.format ?? 'decimal' });
}

/** The columns of metrics-server, whose tables name the resources as they are. */
export const usageColumns = <T extends KubeObject & { window: unknown }>(
  usages: (object: T) => readonly Usage[],
): readonly Column<T>[] => [
  {
    name: 'Name',
    type: 'string',
    format: 'name',
    description: 'Name of the resource',
    priority: 0,
    cell: ({ metadata }) => metadata.name,
  },
  ...['cpu', 'memory'].map((resource): Column<T> => ({
    name: resource,
    type: 'string',
    format: 'quantity',
    description: '',
    priority: 0,
    cell: (object) => total(usages(object), resource),
  })),
  {
    name: 'Window',
    type: 'string',
    format: 'duration',
    description: '',
    priority: 0,
    cell: ({ window }) => String(window),
  },
];
