import { expect, test } from 'vitest';
import type { ContainerStatus, Pod, PodStatus } from '../../schema/generated/types.ts';
import { summarizePod } from './pod-status-text.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');

const container = (state: ContainerStatus['state'], more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name: 'app',
  image: 'nginx',
  imageID: '',
  ready: false,
  restartCount: 0,
  state,
  ...more,
});

function pod(status: PodStatus, spec: Partial<Pod['spec']> = {}, metadata: Partial<Pod['metadata']> = {}): Pod {
  return {
    metadata: { name: 'p', ...metadata },
    spec: { containers: [{ name: 'app', image: 'nginx' }], ...spec },
    status,
  };
}

const text = (p: Pod) => {
  const { ready, status, restarts } = summarizePod(p, NOW);
  return `${ready} ${status} ${restarts}`;
};

const init = { initContainers: [{ name: 'i', image: 'busybox' }] };
const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };
const sidecar = { initContainers: [{ name: 'i', image: 'busybox', restartPolicy: 'Always' }] };

test.each<[string, Pod]>([
  ['0/1 Pending 0', pod({ phase: 'Pending' })],
  [
    '0/1 SchedulingGated 0',
    pod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] }),
  ],
  ['1/1 Running 0', pod({ phase: 'Running', containerStatuses: [container(running, { ready: true })] })],
  [
    '0/1 CrashLoopBackOff 3 (5m ago)',
    pod({
      phase: 'Running',
      containerStatuses: [
        container(
          { waiting: { reason: 'CrashLoopBackOff' } },
          { restartCount: 3, lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:55:00Z' } } },
        ),
      ],
    }),
  ],
  [
    '0/1 Completed 0',
    pod({ phase: 'Succeeded', containerStatuses: [container({ terminated: { exitCode: 0, reason: 'Completed' } })] }),
  ],
  [
    '0/1 Signal:9 0',
    pod({ phase: 'Failed', containerStatuses: [container({ terminated: { exitCode: 137, signal: 9 } })] }),
  ],
  ['0/1 Init:0/1 0', pod({ phase: 'Pending', initContainerStatuses: [container(running, { name: 'i' })] }, init)],
  [
    '0/1 Init:Error 0',
    pod(
      {
        phase: 'Pending',
        initContainerStatuses: [container({ terminated: { exitCode: 1, reason: 'Error' } }, { name: 'i' })],
      },
      init,
    ),
  ],
  [
    '2/2 Running 0',
    pod(
      {
        phase: 'Running',
        conditions: [{ type: 'Initialized', status: 'True' }],
        initContainerStatuses: [container(running, { name: 'i', ready: true, started: true })],
        containerStatuses: [container(running, { ready: true })],
      },
      sidecar,
    ),
  ],
  [
    '0/1 Terminating 0',
    pod(
      { phase: 'Running', containerStatuses: [container(running)] },
      {},
      { deletionTimestamp: '2026-01-01T00:59:00Z' },
    ),
  ],
  ['0/1 Evicted 0', pod({ phase: 'Failed', reason: 'Evicted' })],
])('%s', (expected, object) => expect(text(object)).toBe(expected));

test('a pod whose one container is done and the other runs is not ready', () => {
  const two = {
    containers: [
      { name: 'a', image: 'x' },
      { name: 'b', image: 'x' },
    ],
  };
  const statuses = [
    container({ terminated: { exitCode: 0, reason: 'Completed' } }, { name: 'a' }),
    container(running, { name: 'b', ready: true }),
  ];
  expect(text(pod({ phase: 'Running', containerStatuses: statuses }, two))).toBe('1/2 NotReady 0');
});
