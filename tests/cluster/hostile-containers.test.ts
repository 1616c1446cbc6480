import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCluster, type Cluster } from '../../lib/cluster/index.ts';
import { pods } from '../../lib/cluster/schema/generated/resources.ts';

const dir = mkdtempSync(join(tmpdir(), 'drydock-hostile-'));
let cluster: Cluster;
beforeAll(async () => {
  cluster = await createCluster({ profile: 'one-node', dir });
});
afterAll(async () => {
  await cluster.stop();
  rmSync(dir, { recursive: true, force: true });
});

function start(name: string, script: string, memory?: string) {
  const resources = memory === undefined ? {} : { resources: { limits: { memory } } };
  return cluster.client().create(pods, {
    metadata: { name, namespace: 'default' },
    spec: {
      restartPolicy: 'Never',
      tolerations: [{ operator: 'Exists' }],
      containers: [{ name: 'c', image: 'busybox:1.36', command: ['sh', '-c', script], ...resources }],
    },
  });
}

/** How the container of a pod that runs `script` ended, and the rest of the cluster with it: still there, or the test ends with it. */
async function endOf(name: string, script: string, memory?: string) {
  await start(name, script, memory);
  for (;;) {
    const pod = await cluster.client().get(pods, 'default', name);
    const ended = pod.status?.containerStatuses?.[0]?.state?.terminated;
    if (ended) return { reason: ended.reason, code: ended.exitCode };
    await pause(50);
  }
}

const OUT_OF_MEMORY = { reason: 'OOMKilled', code: 137 };

test.each([
  ['a variable that doubles', 'a=xxxxxxxxxxxxxxxx; while true; do a=$a$a; done'],
  ['many variables', 'i=0; b=$(seq 1 9999); while true; do eval "v$i=\\$b"; i=$((i+1)); done'],
  ['arguments that double', 'set -- x; while true; do set -- "$@" "$@"; done'],
  ['the output of a command', 'a=$(dd if=/dev/zero bs=1M count=20)'],
  ['a program that keeps its input', 'dd if=/dev/zero bs=1M count=20 | sort'],
  ['shells within shells', 'f() { f | f; }; f'],
])('%s: the container is killed', async (what, script) => {
  expect(await endOf(what.replaceAll(' ', '-'), script, '8Mi')).toEqual(OUT_OF_MEMORY);
});

test('a container has no more than its own limit', async () => {
  expect(await endOf('small', 'a=$(dd if=/dev/zero bs=1M count=2); sleep 1', '1Mi')).toEqual(OUT_OF_MEMORY);
  expect(await endOf('large', 'a=$(dd if=/dev/zero bs=1M count=2); true', '8Mi')).toEqual({
    reason: 'Completed',
    code: 0,
  });
});

test.each([
  ['a file without end', 'dd if=/dev/zero of=/big bs=1M count=4000; exit 7', 7],
  ['one enormous block', 'dd if=/dev/zero of=/big bs=1G count=64; exit 7', 7],
  ['a very wide field', 'printf "%999999999s" x > /dev/null; exit 7', 7],
])('%s: others do not notice', async (what, script, code) => {
  expect((await endOf(what.replaceAll(' ', '-'), script)).code).toBe(code);
});

test('a fork bomb leaves others their turn', async () => {
  await start('bomb', 'f() { f | f & }; while true; do f; done');
  expect(await endOf('beside-the-bomb', 'for i in $(seq 1 500); do a=$i; done; sleep 1; exit 7')).toMatchObject({
    code: 7,
  });
  await cluster.client().delete(pods, 'default', 'bomb', { gracePeriodSeconds: 0 });
});
