import { nodemetrics } from '../../schema/generated/resources.ts';
import type { NodeMetrics } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { usageColumns } from './usage-columns.ts';

export const nodeMetrics = defineKind<NodeMetrics>({
  resource: nodemetrics,
  columns: usageColumns(({ usage }) => [usage]),
});
