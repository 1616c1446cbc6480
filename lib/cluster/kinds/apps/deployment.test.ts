import { expect, test } from 'vitest';
import type { Deployment } from '../../schema/generated/types.ts';
import type { KindContext } from '../define.ts';
import { deployment } from './deployment.ts';

const context = { flags: { allowPrivileged: true } } as KindContext;

function prepared(spec: Partial<Deployment['spec']> = {}): Deployment {
  const object: Deployment = {
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
      ...spec,
    } as Deployment['spec'],
  };
  deployment.defaults?.(object);
  return object;
}

const complaints = (object: Deployment) =>
  (deployment.validate?.(object, context) ?? []).map(({ field, message }) => `${field}: ${message}`);

test('defaults', () => {
  const object = prepared();
  expect(complaints(object)).toEqual([]);
  expect(object.spec).toMatchObject({
    replicas: 1,
    progressDeadlineSeconds: 600,
    revisionHistoryLimit: 10,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    template: { spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30 } },
  });
});

test('refuses what could never roll out', () => {
  const rollingUpdate = { maxSurge: 0, maxUnavailable: '0%' };
  expect(complaints(prepared({ replicas: -1, strategy: { type: 'RollingUpdate', rollingUpdate } }))).toEqual([
    'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
  ]);
});

test('the selector has to match the template', () => {
  expect(complaints(prepared({ selector: { matchLabels: { app: 'other' } } }))).toEqual([
    'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
  ]);
});
