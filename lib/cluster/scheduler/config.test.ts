import { expect, test } from 'vitest';
import { readSchedulerConfig } from './config.ts';

const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';
const read = (text?: string) => readSchedulerConfig(new Map([['config', '/etc/s.yaml']]), () => text);

test('takes profiles, the kubeconfig and leader election from --config', () => {
  expect(
    read(
      `${head}profiles:\n- schedulerName: default-scheduler\n- schedulerName: other\nclientConnection:\n  kubeconfig: /k\nleaderElection:\n  leaderElect: false\n`,
    ),
  ).toEqual({
    ok: true,
    config: { kubeconfig: '/k', schedulerNames: ['default-scheduler', 'other'], lease: undefined },
  });
});

test('ends with upstream words when the file is missing or has a wrong field', () => {
  expect(read()).toEqual({ ok: false, error: 'open /etc/s.yaml: no such file or directory' });
  expect(read(`${head}profile: []\n`)).toEqual({ ok: false, error: 'strict decoding error: unknown field "profile"' });
});

test('goes by its flags without --config', () => {
  expect(readSchedulerConfig(new Map([['kubeconfig', '/k']]), () => undefined)).toEqual({
    ok: true,
    config: { kubeconfig: '/k', schedulerNames: ['default-scheduler'], lease: 'kube-scheduler' },
  });
});
