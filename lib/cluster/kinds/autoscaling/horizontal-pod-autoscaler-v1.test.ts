import { expect, test } from 'vitest';
import { autoscalerToV1, autoscalerToV2 } from './horizontal-pod-autoscaler-v1.ts';

const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

test('the target of v1 is a metric of v2, and back', () => {
  const v1 = {
    metadata: { name: 'web' },
    spec: { scaleTargetRef: target, maxReplicas: 5, targetCPUUtilizationPercentage: 60 },
  };
  const v2 = autoscalerToV2(v1);
  expect(v2.spec.metrics).toEqual([
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
  ]);
  expect(autoscalerToV1(v2).spec).toEqual(v1.spec);
});

test('what v1 cannot say survives the way there and back', () => {
  const metric = {
    type: 'Resource',
    resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '100Mi' } },
  };
  const v2 = { metadata: { name: 'web' }, spec: { scaleTargetRef: target, maxReplicas: 5, metrics: [metric] } };
  expect(autoscalerToV2(autoscalerToV1(v2)).spec).toEqual(v2.spec);
});
