import { invalid, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { horizontalpodautoscalers } from '../../schema/generated/resources.ts';
import type {
  AutoscalingV2HorizontalPodAutoscaler as Autoscaler,
  AutoscalingV2HorizontalPodAutoscalerSpec as AutoscalerSpec,
  AutoscalingV2HorizontalPodAutoscalerStatus as AutoscalerStatus,
  MetricSpec,
} from '../../schema/generated/types.ts';
import { age, column, name } from '../shared/columns.ts';
import { defineKind } from '../define.ts';
import { nonNegative } from '../shared/field-rules.ts';
import { defaultBehavior, validateBehavior } from './behavior.ts';
import { validateMetrics } from './metrics.ts';
import { targetsText } from './targets-text.ts';
import { validateTargetReference } from './target-reference.ts';

const SPEC = FieldPath.of('spec');
/** What an autoscaler without metrics aims at. */
const DEFAULT_CPU_UTILIZATION = 80;

/** The metric that autoscaling/v1 knows. */
export const cpuUtilization = (averageUtilization: number = DEFAULT_CPU_UTILIZATION): MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

/** `currentMetrics` is always written, as null when there are none. */
export const noStatus = (): AutoscalerStatus =>
  ({ currentMetrics: null, desiredReplicas: 0 }) as unknown as AutoscalerStatus;

function validateSpec(spec: AutoscalerSpec, lowest: 0 | 1): FieldError[] {
  const errors: FieldError[] = [];
  const { minReplicas, maxReplicas } = spec;
  if (minReplicas !== undefined && minReplicas < lowest) {
    errors.push(invalid(SPEC.child('minReplicas'), minReplicas, `must be greater than or equal to ${lowest}`));
  }
  const max = SPEC.child('maxReplicas');
  if (maxReplicas < 1) errors.push(invalid(max, maxReplicas, 'must be greater than 0'));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.push(invalid(max, maxReplicas, 'must be greater than or equal to `minReplicas`'));
  }
  return [
    ...errors,
    ...validateTargetReference(SPEC.child('scaleTargetRef'), spec.scaleTargetRef, { mayBeCore: false }),
    ...validateMetrics(spec.metrics ?? [], minReplicas, SPEC.child('metrics')),
    ...(spec.behavior ? validateBehavior(spec.behavior, SPEC.child('behavior')) : []),
  ];
}

export const horizontalPodAutoscaler = defineKind<Autoscaler>({
  resource: horizontalpodautoscalers,
  defaults(draft) {
    draft.spec ??= {} as AutoscalerSpec;
    const { spec } = draft;
    spec.scaleTargetRef ??= { kind: '', name: '' };
    spec.maxReplicas ??= 0;
    spec.minReplicas ??= 1;
    if (!spec.metrics?.length) spec.metrics = [cpuUtilization()];
    if (spec.behavior) defaultBehavior(spec.behavior);
    draft.status = { ...noStatus(), ...draft.status };
  },
  prepareForCreate(draft) {
    draft.status = noStatus();
  },
  validate: ({ spec }) => validateSpec(spec, 1),
  validateUpdate: ({ spec }, old) => validateSpec(spec, old.spec.minReplicas === 0 ? 0 : 1),
  validateStatusUpdate: ({ status }) => [
    ...nonNegative(FieldPath.of('status', 'currentReplicas'), status?.currentReplicas),
    ...nonNegative(FieldPath.of('status', 'desiredReplicas'), status?.desiredReplicas),
  ],
  columns: [
    name(),
    column(
      'Reference',
      'string',
      'What is scaled.',
      ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`,
    ),
    column('Targets', 'string', 'Current values of the metrics, and what they should be.', ({ spec, status }) =>
      targetsText(spec.metrics ?? [], status?.currentMetrics ?? []),
    ),
    column('MinPods', 'string', 'The fewest pods.', ({ spec }) => String(spec.minReplicas ?? '<unset>')),
    column('MaxPods', 'string', 'The most pods.', ({ spec }) => spec.maxReplicas),
    column('Replicas', 'string', 'Pods at the last look.', ({ status }) => status?.currentReplicas ?? 0),
    age(),
  ],
});
