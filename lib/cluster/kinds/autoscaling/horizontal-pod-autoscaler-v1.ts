import { deepClone } from '../../../kit/deep.ts';
import type { ObjectMeta } from '../../machinery/object.ts';
import { horizontalpodautoscalers, horizontalpodautoscalersV1 } from '../../schema/generated/resources.ts';
import type {
  AutoscalingV1HorizontalPodAutoscaler as AutoscalerV1,
  AutoscalingV2HorizontalPodAutoscaler as AutoscalerV2,
  MetricSpec,
} from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { cpuUtilization } from './horizontal-pod-autoscaler.ts';

/**
 * What autoscaling/v1 has no field for is kept in annotations, so that nothing is lost on the way through it. Upstream's
 * own annotations hold an older form of the same; nobody but the server reads them.
 */
const PREFIX = 'autoscaling.alpha.kubernetes.io/';
const METRICS = `${PREFIX}metrics`;
const CURRENT_METRICS = `${PREFIX}current-metrics`;
const CONDITIONS = `${PREFIX}conditions`;
const BEHAVIOR = `${PREFIX}behavior`;
const CARRIERS = [METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR];

const isCpuUtilization = ({ resource }: MetricSpec) =>
  resource?.name === 'cpu' && resource.target.averageUtilization !== undefined;

/** What an annotation carries; undefined when it carries nothing readable. */
function carried<T>({ annotations }: ObjectMeta, key: string): T | undefined {
  try {
    return (JSON.parse(annotations?.[key] ?? 'null') as T | null) ?? undefined;
  } catch {
    return undefined;
  }
}

function withAnnotations(metadata: ObjectMeta, carry: Readonly<Record<string, unknown>>): ObjectMeta {
  const kept = Object.entries(metadata.annotations ?? {}).filter(([key]) => !CARRIERS.includes(key));
  const added = Object.entries(carry).flatMap(([key, value]) =>
    value === undefined || (Array.isArray(value) && !value.length) ? [] : [[key, JSON.stringify(value)]],
  );
  const { annotations: _replaced, ...rest } = metadata;
  const annotations = Object.fromEntries([...kept, ...added]) as Record<string, string>;
  return Object.keys(annotations).length ? { ...rest, annotations } : rest;
}

export function autoscalerToV2(object: AutoscalerV1): AutoscalerV2 {
  const { metadata, spec, status } = deepClone(object);
  const metrics = carried<MetricSpec[]>(metadata, METRICS) ?? [];
  const target = spec.targetCPUUtilizationPercentage;
  if (target !== undefined || !metrics.length) metrics.unshift(cpuUtilization(target));
  const behavior = carried<AutoscalerV2['spec']['behavior']>(metadata, BEHAVIOR);
  const conditions = carried<NonNullable<AutoscalerV2['status']>['conditions']>(metadata, CONDITIONS);
  const currentMetrics = carried<NonNullable<AutoscalerV2['status']>['currentMetrics']>(metadata, CURRENT_METRICS);
  return {
    apiVersion: 'autoscaling/v2',
    kind: object.kind ?? horizontalpodautoscalers.kind,
    metadata: withAnnotations(metadata, {}),
    spec: {
      ...(behavior ? { behavior } : {}),
      maxReplicas: spec.maxReplicas,
      metrics,
      ...(spec.minReplicas === undefined ? {} : { minReplicas: spec.minReplicas }),
      scaleTargetRef: spec.scaleTargetRef,
    },
    status: {
      ...(conditions ? { conditions } : {}),
      currentMetrics: currentMetrics ?? (null as never),
      ...(status?.currentReplicas ? { currentReplicas: status.currentReplicas } : {}),
      desiredReplicas: status?.desiredReplicas ?? 0,
      ...(status?.lastScaleTime ? { lastScaleTime: status.lastScaleTime } : {}),
      ...(status?.observedGeneration ? { observedGeneration: status.observedGeneration } : {}),
    },
  };
}

export function autoscalerToV1(object: AutoscalerV2): AutoscalerV1 {
  const { metadata, spec, status } = deepClone(object);
  const cpu = spec.metrics?.find(isCpuUtilization);
  const target = cpu?.resource?.target.averageUtilization;
  const cpuNow = status?.currentMetrics?.find((m) => m.resource?.name === 'cpu')?.resource?.current.averageUtilization;
  return {
    apiVersion: 'autoscaling/v1',
    kind: object.kind ?? horizontalpodautoscalersV1.kind,
    metadata: withAnnotations(metadata, {
      [METRICS]: spec.metrics?.filter((metric) => metric !== cpu),
      [CURRENT_METRICS]: status?.currentMetrics ?? undefined,
      [CONDITIONS]: status?.conditions,
      [BEHAVIOR]: spec.behavior,
    }),
    spec: {
      maxReplicas: spec.maxReplicas,
      ...(spec.minReplicas === undefined ? {} : { minReplicas: spec.minReplicas }),
      scaleTargetRef: spec.scaleTargetRef,
      ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }),
    },
    status: {
      ...(cpuNow === undefined ? {} : { currentCPUUtilizationPercentage: cpuNow }),
      currentReplicas: status?.currentReplicas ?? 0,
      desiredReplicas: status?.desiredReplicas ?? 0,
      ...(status?.lastScaleTime ? { lastScaleTime: status.lastScaleTime } : {}),
      ...(status?.observedGeneration ? { observedGeneration: status.observedGeneration } : {}),
    },
  };
}

export const horizontalPodAutoscalerV1 = defineKind<AutoscalerV1>({
  resource: horizontalpodautoscalersV1,
  storedAs: {
    resource: horizontalpodautoscalers,
    toStored: (object) => autoscalerToV2(object),
    fromStored: (object) => autoscalerToV1(object as AutoscalerV2),
  },
  defaults(draft) {
    draft.spec ??= {} as AutoscalerV1['spec'];
    draft.spec.scaleTargetRef ??= { kind: '', name: '' };
    draft.spec.maxReplicas ??= 0;
    draft.spec.minReplicas ??= 1;
    draft.status = { currentReplicas: 0, desiredReplicas: 0, ...draft.status };
  },
});
