import { mkdtempSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Cluster } from '../../cluster/index.ts';
import { systemClock } from '../../kit/clock.ts';
import type { ClusterAccess } from '../cluster-access.ts';
import { TaskClusters } from './task-clusters.ts';
import { taskHosts } from './task-hosts.ts';
import { Terminals } from './terminals.ts';
import { createWorkerServer } from './worker-server.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A worker with real sandboxes, and clusters without nodes. */
async function worker(dataDir = mkdtempSync(join(tmpdir(), 'drydock-terminals-'))) {
  const proctor = { prepare: () => Promise.resolve(), grade: () => Promise.resolve([]) };
  const clusters = new TaskClusters({
    dataDir,
    clock: systemClock,
    proctor,
    createCluster: () =>
      Promise.resolve({ nodes: [], readyMs: 0, stop: () => Promise.resolve() } as unknown as Cluster),
    hostsOf: (_task, cluster) => taskHosts(cluster, join(dataDir, 'base'), systemClock),
    accessTo: () => ({ nodes: [] }) as unknown as ClusterAccess,
    onIdle: (task) => terminals.suspendTask(task),
  });
  const terminals = new Terminals({ dataDir, clusters, clock: systemClock });
  const server: Server = createWorkerServer({ dataDir, clusters, terminals, proctor });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = async () => {
    terminals.stop();
    await clusters.stop();
    server.closeAllConnections();
    server.close();
  };
  stops.push(stop);
  return { dataDir, origin, stop };
}

/** A page: what it was shown, and a way to wait for it. */
async function page(origin: string) {
  const socket = new WebSocket(`ws://${origin}/attempts/a-1/1/terminals/1?slug=x&profile=one-node`);
  let shown = '';
  const control: unknown[] = [];
  let changed = () => {};
  socket.on('message', (data, isBinary) => {
    const text = (data as Buffer).toString();
    if (isBinary) shown += text;
    else control.push(JSON.parse(text));
    changed();
  });
  const closed = new Promise<number>((done) => socket.on('close', done));
  await new Promise((done, failed) => socket.once('open', done).once('error', failed));
  return {
    closed,
    control,
    type: (text: string) => socket.send(Buffer.from(text)),
    send: (text: string) => socket.send(text),
    close: () => socket.close(),
    async until(wanted: RegExp): Promise<void> {
      while (!wanted.test(shown)) await new Promise<void>((done) => (changed = done));
    },
  };
}

const post = (origin: string, path: string) => fetch(`http://${origin}${path}`, { method: 'POST', body: '{}' });

test('a page types into the shell of its base host, and finds the screen again when it comes back', async () => {
  const { origin } = await worker();
  const first = await page(origin);
  await first.until(/candidate@base:~\$/);
  first.send('{"type":"resize","columns":100,"rows":30}');
  first.type('echo result $((6 * 7)); stty size; touch ~/kept\r');
  await first.until(/result 42/);
  await first.until(/30 100/);
  first.close();
  await first.closed;

  const second = await page(origin);
  await second.until(/result 42/);
  second.type('ls ~\r');
  await second.until(/kept/);
  expect(second.control).toEqual([]);
});

test('after the end of the process the screen and the files are as they were', async () => {
  const before = await worker();
  const first = await page(before.origin);
  await first.until(/candidate@base:~\$/);
  first.type('echo seen > ~/file; echo still $((40 + 2))\r');
  await first.until(/still 42[^$]*base:~\$/);
  // Two pages may look at one terminal.
  await (await page(before.origin)).until(/still 42[^$]*base:~\$/);
  await before.stop();
  expect(await first.closed).toBe(1012);

  const after = await worker(before.dataDir);
  const second = await page(after.origin);
  // The prompt of the old shell, and that of the new one.
  await second.until(/still 42[^$]*base:~\$[^$]*base:~\$/);
  second.type('cat ~/file; echo again $((1 + 1))\r');
  await second.until(/seen\s+again 2/);
});

test('when time is up the page is told not to come back', async () => {
  const { origin } = await worker();
  const open = await page(origin);
  await open.until(/candidate@base:~\$/);
  expect((await post(origin, '/attempts/a-1/freeze')).status).toBe(200);
  expect(await open.closed).toBe(1000);
  expect(open.control).toEqual([{ type: 'closed' }]);
});

test('a malformed control frame ends the connection, nothing else', async () => {
  const { origin } = await worker();
  const rude = await page(origin);
  rude.send('{"type":"resize","columns":-1}');
  expect(await rude.closed).toBe(1003);
  const polite = await page(origin);
  await polite.until(/candidate@base:~\$/);
});
