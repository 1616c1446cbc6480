import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Activity } from '../../kit/activity.ts';
import { ManualClock } from '../../kit/clock.ts';
import { seededRandom } from '../../kit/random.ts';
import { createClient, createInformerFactory } from '../client/index.ts';
import { MemoryTransport } from '../client/memory-transport.ts';
import type { Client } from '../client/client.ts';
import { createNetwork } from '../network/network.ts';
import { configmaps, nodes, pods } from '../schema/generated/resources.ts';
import type { Container, Pod, PodSpec } from '../schema/generated/types.ts';
import { installHost, NewDisk, startNode } from './index.ts';
import { Disk } from './machine.ts';
import type { SimulatedNode } from './node.ts';

const KUBECONFIG = `apiVersion: v1
kind: Config
current-context: c
contexts: [{name: c, context: {cluster: k, user: u}}]
clusters: [{name: k, cluster: {server: "https://172.30.1.2:6443"}}]
users: [{name: u, user: {token: t}}]
`;

const KUBELET = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
clusterDNS: [10.96.0.10]
staticPodPath: /etc/kubernetes/manifests
`;

let dir: string;
let clock: ManualClock;
let activity: Activity;
let transport: MemoryTransport;
let client: Client;
let node: SimulatedNode;
let run: (ms: number) => Promise<void>;

async function boot(): Promise<void> {
  transport = new MemoryTransport(clock);
  client = createClient(transport);
  await client.create(nodes, { metadata: { name: 'node01' }, spec: { podCIDR: '10.244.1.0/24' } });
  const disk = new NewDisk(dir);
  installHost(disk, 'node01', [{ name: 'node01', ip: '172.30.1.3' }]);
  disk.write('/etc/kubernetes/kubelet.conf', KUBECONFIG);
  disk.write('/var/lib/kubelet/config.yaml', KUBELET);
  disk.mkdir('/etc/kubernetes/manifests');
  await start();
}

/** Switches the machine on, with what is on its disk and in the API. */
async function start(): Promise<void> {
  const random = seededRandom(7);
  node = await startNode({
    name: 'node01',
    ip: '172.30.1.3',
    hosts: [{ name: 'node01', ip: '172.30.1.3' }],
    disk: dir,
    network: createNetwork({ clock, random }),
    connect: () => transport,
    controlPlane: { start: () => ({ stop: () => undefined, healthy: () => true }), etcd: () => expect.fail('no etcd') },
    clock,
    random,
    activity,
  });
  await activity.idle();
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'node-'));
  clock = new ManualClock();
  activity = new Activity();
  run = async (ms) => {
    const due = clock.now() + ms;
    for (let next = clock.nextDue(); next !== undefined && next <= due; next = clock.nextDue()) {
      clock.step(next);
      await activity.idle();
    }
    clock.advance(due - clock.now());
    await activity.idle();
  };
  await boot();
});

afterEach(async () => {
  await node.stop();
  rmSync(dir, { recursive: true, force: true });
});

function pod(name: string, containers: (Partial<Container> & { name: string })[], spec: Partial<PodSpec> = {}): Pod {
  return {
    metadata: { name, namespace: 'default', uid: `uid-${name}` },
    spec: {
      nodeName: 'node01',
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      ...spec,
      containers: containers.map((c) => ({
        image: 'busybox:1.36',
        terminationMessagePath: '/dev/termination-log',
        ...c,
      })),
    },
  };
}

/** Makes a pod and lets the second pass that it takes to start. */
async function create(made: Pod): Promise<void> {
  await client.create(pods, made);
  await activity.idle();
  await run(1_000);
}

const get = (name: string) => client.get(pods, 'default', name);

async function logs(name: string, container = 'c'): Promise<string> {
  const { uid = '' } = (await get(name)).metadata;
  const stream = await node.kubelet.logs(
    { namespace: 'default', name, uid },
    { container, follow: false, previous: false, timestamps: false, signal: new AbortController().signal },
  );
  return new Response(stream).text();
}

async function exec(name: string, ...command: string[]): Promise<string> {
  const { uid = '' } = (await get(name)).metadata;
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const text = new Response(readable).text();
  const code = await node.kubelet.exec({ namespace: 'default', name, uid }, 'c', command, {
    stdout: writable,
    tty: false,
    signal: new AbortController().signal,
  });
  return `${await text}${code ? `[${code}]` : ''}`;
}

async function systemctl(...argv: string[]): Promise<void> {
  const { exitCode } = await node.runTool({
    argv: ['systemctl', ...argv],
    cwd: '/root',
    env: {},
    uid: 0,
    stdin: new ReadableStream({ start: (controller) => controller.close() }),
    stdout: new WritableStream(),
    stderr: new WritableStream(),
    tty: false,
    signal: new AbortController().signal,
  });
  expect(exitCode).toBe(0);
  await activity.idle();
}

/** Whether a web server at this address takes a connection. */
async function answers(ip: string): Promise<boolean> {
  try {
    const { writable } = await node.dial(ip, 80);
    await writable.close();
    return true;
  } catch {
    return false;
  }
}

test('a pod runs and answers exec', async () => {
  await create(pod('box', [{ name: 'c', command: ['sleep', '3600'] }]));
  const { status } = await get('box');
  expect(status?.phase).toBe('Running');
  expect(status?.podIP).toBe('10.244.1.2');
  expect(status?.conditions?.map((c) => `${c.type}=${c.status}`)).toEqual([
    'PodReadyToStartContainers=True',
    'Initialized=True',
    'Ready=True',
    'ContainersReady=True',
    'PodScheduled=True',
  ]);
  expect(await exec('box', 'sh', '-c', 'echo $((6*7)); hostname; exit 3')).toBe('42\nbox\n[3]');
});

test("a pod's input ends with the first client that gave it some, when it takes input once", async () => {
  const counting = { name: 'c', stdin: true, stdinOnce: true, command: ['sh', '-c', 'wc -w; exit 3'] };
  await create(pod('count', [counting], { restartPolicy: 'Never' }));
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const output = new Response(readable).text();
  await node.kubelet.attach({ namespace: 'default', name: 'count', uid: 'uid-count' }, 'c', {
    stdin: new Blob(['a b c']).stream(),
    stdout: writable,
    tty: false,
    signal: new AbortController().signal,
  });
  expect(await output).toBe('3\n');
});

test('a crashing container: restarts at 1, 13, 34 s … and CrashLoopBackOff only when the kubelet looks again', async () => {
  await create(pod('bad', [{ name: 'c', command: ['sh', '-c', 'echo no config found; exit 7'] }]));
  const seen: string[] = [];
  for (let s = 0; s <= 100; s++) {
    const status = (await get('bad')).status?.containerStatuses?.[0];
    const text = `${status?.restartCount} ${status?.state?.waiting?.reason ?? status?.state?.terminated?.reason}`;
    if (seen.at(-1)?.split('@')[0] !== text) seen.push(`${text}@${s}`);
    await run(1_000);
  }
  expect(seen.slice(0, 4)).toEqual(['0 Error@0', '1 Error@1', '2 Error@11', '3 Error@31']);
  expect(seen.join()).toContain('CrashLoopBackOff');
  expect(await logs('bad')).toBe('no config found\n');
});

test('init containers run in order and share an emptyDir with the app; probes make it ready', async () => {
  await create(
    pod(
      'web',
      [
        {
          name: 'c',
          image: 'nginx:1.25',
          volumeMounts: [{ name: 'w', mountPath: '/usr/share/nginx/html' }],
          readinessProbe: { httpGet: { path: '/', port: 80 } },
        },
      ],
      {
        volumes: [{ name: 'w', emptyDir: {} }],
        initContainers: [
          {
            name: 'i',
            image: 'busybox:1.36',
            command: ['sh', '-c', 'echo made by init > /w/index.html'],
            volumeMounts: [{ name: 'w', mountPath: '/w' }],
          },
        ],
      },
    ),
  );
  await run(1_000);
  const { status } = await get('web');
  expect(status?.containerStatuses?.[0]?.ready).toBe(true);
  expect(await exec('web', 'wget', '-qO-', 'http://localhost')).toBe('made by init\n');
});

test('an unknown image: ErrImagePull, then ImagePullBackOff', async () => {
  await create(pod('no', [{ name: 'c', image: 'nginx:0.0.7' }]));
  const reason = async () => (await get('no')).status?.containerStatuses?.[0]?.state?.waiting?.reason;
  expect(await reason()).toBe('ErrImagePull');
  await run(9_000);
  expect(await reason()).toBe('ImagePullBackOff');
});

test('a trap ends a shell that is told to stop', async () => {
  await create(
    pod('t', [{ name: 'c', command: ['sh', '-c', "trap 'echo bye; exit 0' TERM; while :; do sleep 0.2; done"] }]),
  );
  await exec('t', 'kill', '1');
  await run(300);
  const { status } = await get('t');
  expect(status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(0);
  expect(await logs('t')).toBe('bye\n');
});

test('a static pod gets a mirror', async () => {
  new Disk(dir).write(
    '/etc/kubernetes/manifests/beacon.yaml',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: beacon}\nspec:\n  containers: [{name: light, image: "busybox:1.36", command: [sleep, "3600"]}]\n',
  );
  await run(21_000);
  const mirror = await get('beacon-node01');
  expect(mirror.status?.phase).toBe('Running');
  expect(mirror.metadata.annotations?.['kubernetes.io/config.source']).toBe('file');
});

test('a pod is judged by the node as it is now, and a refused one fails', async () => {
  await client.patch(nodes, '', 'node01', 'merge', { metadata: { labels: { disk: 'ssd' } } });
  const spec = (disk: string) => ({ nodeSelector: { disk } });
  await create(pod('fits', [{ name: 'c', command: ['sleep', '60'] }], spec('ssd')));
  await create(pod('not', [{ name: 'c', command: ['sleep', '60'] }], spec('hdd')));
  expect((await get('fits')).status?.phase).toBe('Running');
  expect((await get('not')).status).toMatchObject({
    phase: 'Failed',
    reason: 'NodeAffinity',
    message: "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
  });
});

test('pods that are refused and replaced at once leave time for others', async () => {
  let made = 0;
  let timer = false;
  setTimeout(() => (timer = true), 1);
  const informers = createInformerFactory(client, { clock, activity });
  const replace = async () => {
    if (!timer && made < 100_000)
      await client.create(pods, pod(`p${made++}`, [{ name: 'c' }], { nodeSelector: { no: 'node' } }));
  };
  informers.informer(pods).onEvent({ update: (p) => void (p.status?.phase === 'Failed' && activity.track(replace())) });
  await replace();
  await activity.idle();
  expect(timer).toBe(true);
});

test('a kubelet that starts again takes its pods over, and answers for them at once', async () => {
  await create(pod('box', [{ name: 'c', command: ['sleep', '3600'] }]));
  const before = (await get('box')).status;
  await node.stop();
  clock.advance(5_000);
  await start();
  const again = exec('box', 'echo', 'here');
  await activity.idle();
  expect(await again).toBe('here\n');
  expect((await get('box')).status).toEqual(before);
});

test('containers run on while no kubelet does, and the next one goes on with them', async () => {
  await create(pod('web', [{ name: 'c', image: 'nginx:1.25' }]));
  await create(pod('once', [{ name: 'c', command: ['sleep', '60'] }]));
  const { podIP = '' } = (await get('web')).status ?? {};
  await exec('web', 'sh', '-c', 'echo note > /tmp/note');
  const before = (await get('web')).status;
  await systemctl('stop', 'kubelet');
  expect(() => node.kubelet.usage()).toThrow(/connection refused/);
  await run(90_000);
  expect(await answers(podIP)).toBe(true);

  await client.delete(pods, 'default', 'once', { gracePeriodSeconds: 0 });
  await systemctl('start', 'kubelet');
  await run(2_000);
  expect(await exec('web', 'cat', '/tmp/note')).toBe('note\n');
  expect((await get('web')).status).toEqual(before);
  expect(node.kubelet.usage().pods.map((p) => p.name)).toEqual(['web']);
});

test('a container that ended while no kubelet ran is started again by the next one', async () => {
  await create(pod('box', [{ name: 'c', command: ['sleep', '60'] }]));
  await systemctl('stop', 'kubelet');
  await run(90_000);
  expect((await get('box')).status?.containerStatuses?.[0]).toMatchObject({ restartCount: 0, ready: true });
  await systemctl('start', 'kubelet');
  await run(2_000);
  expect((await get('box')).status?.containerStatuses?.[0]).toMatchObject({
    restartCount: 1,
    lastState: { terminated: { exitCode: 0, reason: 'Completed' } },
  });
});

test('the control plane’s pods, which the kubelet reads from files, are not disturbed by its restart', async () => {
  const manifests = '/etc/kubernetes/manifests';
  const disk = new Disk(dir);
  const manifest = (name: string, seconds: number) =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  containers: [{name: light, image: "busybox:1.36", command: [sleep, "${seconds}"]}]\n`;
  for (const name of ['kept', 'changed', 'removed']) disk.write(`${manifests}/${name}.yaml`, manifest(name, 3600));
  await run(21_000);
  const ids = async () =>
    Object.fromEntries(
      (await client.list(pods, { namespace: 'default' })).items.map((p) => [
        p.metadata.name,
        p.status?.containerStatuses?.[0]?.containerID,
      ]),
    );
  const before = await ids();
  await systemctl('stop', 'kubelet');
  disk.write(`${manifests}/changed.yaml`, manifest('changed', 7200));
  disk.remove(`${manifests}/removed.yaml`);
  await systemctl('start', 'kubelet');
  await run(60_000);
  const after = await ids();
  expect(Object.keys(after).sort()).toEqual(['changed-node01', 'kept-node01']);
  expect(after['kept-node01']).toBe(before['kept-node01']);
  expect(after['changed-node01']).not.toBe(before['changed-node01']);
  expect(
    node.kubelet
      .usage()
      .pods.map((p) => p.name)
      .sort(),
  ).toEqual(['changed-node01', 'kept-node01']);
});

test('what people did in a container outlives the machine, what its program did is done again', async () => {
  const command = ['sh', '-c', 'mkdir /work && echo mine > /work/own && sleep 3600'];
  await create(pod('box', [{ name: 'c', command }]));
  await exec(
    'box',
    'sh',
    '-c',
    'echo note > /work/note; mkdir /root/d; echo x > /root/d/x; mv /root/d /root/e; rm /etc/passwd',
  );
  await node.stop();
  await start();
  await run(1_000);
  const { status } = await get('box');
  expect(status?.containerStatuses?.[0]).toMatchObject({ restartCount: 0, ready: true });
  expect(
    await exec('box', 'sh', '-c', 'cat /work/own /work/note /root/e/x; ls /root; test -e /etc/passwd || echo gone'),
  ).toBe('mine\nnote\nx\ne\ngone\n');
});

test('a file can be mounted where the image has no directory', async () => {
  const volumeMounts = [{ name: 'v', mountPath: '/etc/site/page', subPath: 'a' }];
  const volumes = [{ name: 'v', downwardAPI: { items: [{ path: 'a', fieldRef: { fieldPath: 'metadata.name' } }] } }];
  await create(pod('m', [{ name: 'c', command: ['sleep', '60'], volumeMounts }], { volumes }));
  expect(await exec('m', 'sh', '-c', 'ls /etc/site; cat /etc/site/page')).toBe('page\nm');
});

test('a deleted pod is seen to end a second after its containers, and tells its last phase', async () => {
  const web = pod('web', [{ name: 'c', image: 'nginx:1.25' }]);
  // Kept, so that it can be looked at afterwards.
  await create({ ...web, metadata: { ...web.metadata, finalizers: ['example.org/keep'] } });
  const deletionTimestamp = new Date(clock.now() + 30_000).toISOString();
  await client.patch(pods, 'default', 'web', 'merge', {
    metadata: { deletionTimestamp, deletionGracePeriodSeconds: 30 },
  });
  await activity.idle();
  const { status } = await get('web');
  expect(status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(0);
  expect(status?.phase).toBe('Running');
  await run(1_000);
  expect((await get('web')).status?.phase).toBe('Succeeded');
  // Nothing of it is left on the node, whatever happens to its object.
  await client.patch(pods, 'default', 'web', 'merge', { metadata: { labels: { seen: 'yes' } } });
  await activity.idle();
  expect(node.kubelet.usage().pods.map((p) => p.name)).toEqual([]);
});

test('containers that share a process namespace see and signal each other, each with its own files', async () => {
  await create(
    pod(
      'shared',
      [
        { name: 'c', command: ['sleep', '3600'] },
        { name: 'web', image: 'nginx:1.25' },
      ],
      { shareProcessNamespace: true },
    ),
  );
  const statuses = async () => (await get('shared')).status?.containerStatuses ?? [];
  expect((await statuses()).map((s) => s.ready)).toEqual([true, true]);
  expect(await exec('shared', 'sh', '-c', "ps | sed 's/.*0:00 //' | head -4")).toBe(
    'PID   USER     TIME  COMMAND\n/pause\nsleep 3600\nnginx -g daemon off;\n',
  );
  expect(await exec('shared', 'ls', '/etc/nginx')).toBe('[1]');
  await exec('shared', 'sh', '-c', 'kill -9 $(pidof nginx)');
  await run(100);
  expect((await statuses()).map((s) => s.state?.terminated?.exitCode)).toEqual([undefined, 137]);
});

test('a pod that mounts the root of its node sees all of it', async () => {
  const volumeMounts = [{ name: 'host', mountPath: '/host' }];
  const volumes = [{ name: 'host', hostPath: { path: '/' } }];
  await create(pod('look', [{ name: 'c', command: ['sleep', '60'], volumeMounts }], { volumes }));
  expect(await exec('look', 'ls', '/host/etc/kubernetes')).toBe('kubelet.conf\nmanifests\n');
});

test('a subPath of a ConfigMap keeps what it had when the container started', async () => {
  await client.create(configmaps, { metadata: { name: 'dial', namespace: 'default' }, data: { level: '1' } });
  const volumeMounts = [
    { name: 'v', mountPath: '/dial' },
    { name: 'v', mountPath: '/one/level', subPath: 'level' },
  ];
  const volumes = [{ name: 'v', configMap: { name: 'dial' } }];
  await create(pod('dial', [{ name: 'c', command: ['sleep', '600'], volumeMounts }], { volumes }));
  await client.patch(configmaps, 'default', 'dial', 'merge', { data: { level: '2' } });
  await run(120_000);
  expect(await exec('dial', 'cat', '/dial/level', '/one/level')).toBe('21');
});
