import { componentstatuses } from '../../schema/generated/resources.ts';
import type { ComponentStatus } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { column, name } from '../shared/columns.ts';

const healthy = ({ conditions }: ComponentStatus) => conditions?.find((c) => c.type === 'Healthy');

function statusText(object: ComponentStatus): string {
  const status = healthy(object)?.status;
  if (status === 'True') return 'Healthy';
  return status === 'False' ? 'Unhealthy' : 'Unknown';
}

export const componentStatus = defineKind<ComponentStatus>({
  resource: componentstatuses,
  deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
  columns: [
    name(),
    column('Status', 'string', 'Whether the component is well.', statusText),
    column('Message', 'string', 'What the component said.', (o) => healthy(o)?.message ?? ''),
    column('Error', 'string', 'Why the component could not be asked.', (o) => healthy(o)?.error ?? ''),
  ],
});
