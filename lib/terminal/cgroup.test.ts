import { expect, test } from 'vitest';
import { controlFiles, controllerTrees } from './cgroup.ts';
import { DEFAULT_LIMITS } from './limits.ts';

const V2 = '31 24 0:27 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n';
const V1 = `30 24 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw
32 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
33 30 0:29 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
34 30 0:30 / /sys/fs/cgroup/devices rw - cgroup cgroup rw,devices
35 30 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
`;

test('finds the one tree of version 2', () => {
  expect(controllerTrees(V2)).toEqual([{ version: 2, controllers: ['pids', 'memory', 'cpu'], path: '/sys/fs/cgroup' }]);
});

test('finds the trees of version 1, and leaves an empty version 2 beside them alone', () => {
  expect(controllerTrees(V1)).toEqual([
    { version: 1, controllers: ['cpu'], path: '/sys/fs/cgroup/cpu,cpuacct' },
    { version: 1, controllers: ['pids'], path: '/sys/fs/cgroup/pids' },
  ]);
});

test('writes each limit in its version’s words', () => {
  const limits = { ...DEFAULT_LIMITS, processes: 40, memory: 1000 };
  expect(controlFiles({ version: 1, controllers: ['pids', 'memory'], path: '' }, limits)).toEqual([
    ['pids.max', '40'],
    ['memory.limit_in_bytes', '1000'],
  ]);
  expect(
    Object.fromEntries(controlFiles({ version: 2, controllers: ['pids', 'memory', 'cpu'], path: '' }, limits)),
  ).toMatchObject({
    'pids.max': '40',
    'memory.max': '1000',
    'memory.swap.max': '0',
    'cpu.weight': '50',
  });
});
