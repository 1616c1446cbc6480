import { podmetrics } from '../../schema/generated/resources.ts';
import type { ContainerMetrics, PodMetrics } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { usageColumns } from './usage-columns.ts';

export const podMetrics = defineKind<PodMetrics>({
  resource: podmetrics,
  columns: usageColumns(({ containers }) =>
    ((containers as ContainerMetrics[] | null) ?? []).map(({ usage }) => usage),
  ),
});
