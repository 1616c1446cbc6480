import { expect, test } from 'vitest';
import type { ClusterAccess, CommandResult, KubeJson } from '../fleet/index.ts';
import { exerciseFile } from './exercise.ts';
import type { Exercise } from './exercise.ts';
import { earnedPoints, grade, prepare } from './proctor.ts';

const both = (text: string) => ({ en: text, ko: text });

/** A cluster that is a list of objects and a map of files. */
class FakeCluster implements ClusterAccess {
  readonly nodes = ['controlplane'];
  readonly told: string[] = [];
  /** Runs at each pause: the world moves on. */
  onPause = () => {};
  answer: CommandResult = { exitCode: 0, stdout: '', stderr: '' };
  readonly files = new Map<string, string>();

  constructor(readonly objects: Record<string, unknown>[] = []) {}

  #find(ref: { kind: string; namespace?: string; name?: string }): KubeJson[] {
    return this.objects.filter((o) => {
      const m = o.metadata as { name: string; namespace?: string };
      return (
        o.kind === ref.kind && (!ref.name || m.name === ref.name) && (!ref.namespace || m.namespace === ref.namespace)
      );
    });
  }
  get: ClusterAccess['get'] = (ref) => Promise.resolve(this.#find(ref)[0]);
  list: ClusterAccess['list'] = (ref) => Promise.resolve(this.#find(ref));
  put: ClusterAccess['put'] = (object) => {
    this.told.push(`put ${String(object.kind)}`);
    return Promise.resolve(object);
  };
  ask: ClusterAccess['ask'] = (review) => {
    const { user, resourceAttributes } = review.spec as { user: string; resourceAttributes: { verb: string } };
    return Promise.resolve({ status: { allowed: user === 'ann' && resourceAttributes.verb === 'get' } });
  };
  readFile: ClusterAccess['readFile'] = (node, path) => Promise.resolve(this.files.get(`${node}:${path}`));
  writeFile: ClusterAccess['writeFile'] = (node, path) => {
    this.told.push(`write ${node}:${path}`);
    return Promise.resolve();
  };
  run: ClusterAccess['run'] = (host, script) => {
    this.told.push(`${host}$ ${script}`);
    return Promise.resolve(this.answer);
  };
  settle = () => Promise.resolve();
  pause = () => {
    this.onPause();
    return Promise.resolve();
  };
}

function exercise(checks: Record<string, unknown>[], more: Partial<Exercise> = {}): Exercise {
  const file = exerciseFile.parse({
    title: both('t'),
    domain: 'storage',
    weight: 1,
    minutes: 1,
    checks: checks.map((c, i) => ({ id: `c${i}`, points: 2, what: both(`what ${i}`), ...c })),
  });
  const points = checks.length * 2;
  const rest = { text: both(''), solution: both(''), script: '', proofs: [], start: [], nodeFiles: [] };
  return { slug: 'x', points, ...file, ...rest, ...more };
}

const deployment = (status: Record<string, unknown>, generation = 1) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', generation },
  spec: { replicas: 2 },
  status: { observedGeneration: 1, ...status },
});
const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

async function results(check: Record<string, unknown>, cluster: FakeCluster) {
  const [result] = await grade(exercise([check]), cluster);
  return { earned: result?.earned, expected: result?.expected, found: result?.found, why: result?.why.en };
}

test('an object that lacks a value loses its points, and the result says which', async () => {
  const cluster = new FakeCluster([deployment({})]);
  expect(await results({ object: { ...web, matches: { spec: { replicas: 3 } } } }, cluster)).toEqual({
    earned: 0,
    expected: 'spec.replicas: 3',
    found: 'spec.replicas: 2',
    why: 'Deployment web has another value in spec.replicas.',
  });
  expect(await results({ object: { ...web, name: 'shop' } }, cluster)).toMatchObject({
    earned: 0,
    why: 'There is no Deployment shop in namespace shop.',
  });
  expect(await results({ absent: { ...web, name: 'shop' } }, cluster)).toMatchObject({ earned: 2 });
});

test('CEL counts in whole numbers, and a mistake of it is only a lost point', async () => {
  const cluster = new FakeCluster([deployment({})]);
  const cel = (expression: string) =>
    results({ cel: { objects: { web, all: { kind: 'Deployment' } }, expression } }, cluster);
  expect(await cel('web.spec.replicas + 1 == 3 && size(all) == 1')).toMatchObject({ earned: 2 });
  expect(await cel('quantity("1Ki") == 1024.0')).toMatchObject({ earned: 2 });
  expect(await cel('web.spec.color == "red"')).toMatchObject({ earned: 0, found: 'No such key: color' });
});

test('ready means all of the newest template', async () => {
  const ready = (status: Record<string, unknown>, generation?: number) =>
    results({ ready: web }, new FakeCluster([deployment(status, generation)]));
  expect(await ready({ availableReplicas: 2, updatedReplicas: 2 })).toMatchObject({ earned: 2 });
  expect(await ready({ availableReplicas: 2, updatedReplicas: 1 })).toMatchObject({ earned: 0, found: '1/2' });
  expect(await ready({ availableReplicas: 2, updatedReplicas: 2 }, 2)).toMatchObject({ earned: 0, found: '0/2' });
});

test('rights: all that is asked for and nothing that is denied', async () => {
  const canI = (spec: Record<string, unknown>) => results({ canI: { as: 'ann', ...spec } }, new FakeCluster());
  expect(await canI({ allowed: ['get pods'], denied: ['delete pods'] })).toMatchObject({ earned: 2 });
  expect(await canI({ allowed: ['list pods'], denied: ['get pods/log'] })).toMatchObject({
    earned: 0,
    expected: 'list pods: yes\nget pods/log: no',
    found: 'list pods: no\nget pods/log: yes',
  });
});

test('a file is compared without regard to blanks at the ends', async () => {
  const cluster = new FakeCluster();
  cluster.files.set('node01:/a', 'two \none\n\n');
  const file = (test: Record<string, unknown>, path = '/a') =>
    results({ file: { node: 'node01', path, ...test } }, cluster);
  expect(await file({ lines: ['one', 'two'] })).toMatchObject({ earned: 2 });
  expect(await file({ equals: 'two\none' })).toMatchObject({ earned: 2 });
  expect(await file({ pattern: '^one$' })).toMatchObject({ earned: 2 });
  expect(await file({ lines: ['one'] })).toMatchObject({ earned: 0, found: 'two \none' });
  expect(await file({}, '/b')).toMatchObject({ earned: 0, why: 'There is no file /b on node01.' });
});

test('commands are quoted', async () => {
  const cluster = new FakeCluster();
  await results({ logs: { host: 'h', namespace: 'n', of: "a'; rm -rf /" } }, cluster);
  expect(cluster.told).toEqual(["h$ 'kubectl' 'logs' '-n' 'n' 'a'\\''; rm -rf /' '--tail=200'"]);
});

test('what requires a failed check earns nothing, and says so', async () => {
  const checks = [
    { id: 'first', object: { ...web, name: 'missing' } },
    { id: 'second', requires: ['first'], object: web },
  ];
  const graded = await grade(exercise(checks), new FakeCluster([deployment({})]));
  expect(earnedPoints(graded)).toBe(0);
  expect(graded[1]?.why.en).toBe('Counts only together with: what 0');
});

test('pods on their way are waited for', async () => {
  const cluster = new FakeCluster([
    deployment({ availableReplicas: 1, updatedReplicas: 2 }),
    {
      kind: 'Pod',
      metadata: { name: 'web-1', namespace: 'shop' },
      status: {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'True' }],
        containerStatuses: [{ ready: false, state: { waiting: { reason: 'ContainerCreating' } } }],
      },
    },
  ]);
  let pauses = 0;
  cluster.onPause = () => {
    if (++pauses === 3) cluster.objects.splice(0, 2, deployment({ availableReplicas: 2, updatedReplicas: 2 }));
  };
  expect(await results({ ready: web }, cluster)).toMatchObject({ earned: 2 });
  expect(pauses).toBe(3);
});

test('an API server that does not answer costs the points, not the grading', async () => {
  const cluster = new FakeCluster();
  const down = () => Promise.reject(new Error('connection refused'));
  cluster.get = down;
  cluster.list = down;
  expect(await results({ object: web }, cluster)).toMatchObject({
    earned: 0,
    why: 'This could not be looked at: connection refused',
  });
});

test('prepares files first, then objects in their order', async () => {
  const cluster = new FakeCluster();
  const nodeFiles = [{ node: 'node01', path: '/home/candidate/a', source: import.meta.filename, mode: 0o644 }];
  await prepare(exercise([{ object: web }], { nodeFiles, start: [{ kind: 'Namespace' }, { kind: 'Pod' }] }), cluster);
  expect(cluster.told).toEqual([
    'write node01:/home/candidate/a',
    'node01$ chown -R candidate:candidate /home/candidate',
    'put Namespace',
    'put Pod',
  ]);
});
