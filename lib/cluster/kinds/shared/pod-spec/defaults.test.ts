import { expect, test } from 'vitest';
import type { PodSpec } from '../../../schema/generated/types.ts';
import { defaultPod, defaultPodTemplateSpec } from './defaults.ts';
import { defaultPullPolicy } from './image-name.ts';
import { qosClassOf } from './qos.ts';

test.each([
  ['nginx', 'Always'],
  ['nginx:latest', 'Always'],
  ['nginx:1.27', 'IfNotPresent'],
  ['localhost:5000/nginx', 'Always'],
  ['nginx@sha256:00', 'IfNotPresent'],
])('%s is pulled %s', (image, policy) => expect(defaultPullPolicy(image)).toBe(policy));

test('requests follow limits in a Pod, not in a template', () => {
  const make = (): PodSpec => ({
    containers: [{ name: 'a', image: 'x:1', resources: { limits: { cpu: '1', memory: '1Gi' } } }],
  });
  const pod = make();
  defaultPod(pod);
  expect(pod.containers[0]?.resources?.requests).toEqual({ cpu: '1', memory: '1Gi' });
  expect(qosClassOf(pod)).toBe('Guaranteed');
  const template = { spec: make() };
  defaultPodTemplateSpec(template);
  expect(template.spec.containers[0]?.resources).toEqual({ limits: { cpu: '1', memory: '1Gi' } });
  expect(template.spec).toMatchObject({
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
  });
});

test('defaults twice are defaults once', () => {
  const spec: PodSpec = {
    hostNetwork: true,
    containers: [{ name: 'a', image: 'x', ports: [{ containerPort: 80 }], livenessProbe: { httpGet: { port: 80 } } }],
    volumes: [{ name: 'v' }, { name: 's', secret: { secretName: 's' } }],
  };
  defaultPod(spec);
  const once = structuredClone(spec);
  defaultPod(spec);
  expect(spec).toEqual(once);
  expect(spec.containers[0]?.ports).toEqual([{ containerPort: 80, hostPort: 80, protocol: 'TCP' }]);
  expect(spec.volumes).toEqual([
    { name: 'v', emptyDir: {} },
    { name: 's', secret: { secretName: 's', defaultMode: 420 } },
  ]);
});
