import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../kit/clock.ts';
import { createLocalFleet } from './local-fleet.ts';
import type { Fleet } from './fleet.ts';

/** A worker that counts its answers in a file, so that what it knows outlives it, and that dies when asked to `reset`. */
const WORKER = `
import { createServer } from 'node:http';
import { appendFileSync, existsSync } from 'node:fs';
const [log, socket] = process.argv.slice(2);
createServer((request, response) => {
  if (request.url !== '/health') appendFileSync(log, request.url + '\\n');
  if (request.url.endsWith('/grade') && !existsSync(log + '.died')) { appendFileSync(log + '.died', ''); process.kill(process.pid, 'SIGKILL'); }
  if (request.url.endsWith('/reset')) { response.statusCode = 500; response.end('no such thing'); return; }
  response.end(JSON.stringify({ nodes: [String(process.pid)], clusters: 0 }));
}).on('upgrade', (request, socket, head) => {
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n');
  socket.write(request.url + ' ' + Object.keys(request.headers).sort() + '\\n');
  socket.write(head);
  socket.pipe(socket);
}).listen(socket, () => process.send('drydock worker ready'));
process.on('disconnect', () => process.exit(0));
`;

const fleets: Fleet[] = [];
afterEach(async () => {
  await Promise.all(fleets.splice(0).map((f) => f.stop()));
});

function fleetIn(dataDir: string): Fleet {
  const program = join(dataDir, 'worker.mjs');
  writeFileSync(program, WORKER);
  const command = [process.execPath, program, join(dataDir, 'log')] as const;
  const fleet = createLocalFleet({ dataDir, workers: 1, command, clock: systemClock });
  fleets.push(fleet);
  return fleet;
}

const task = { attempt: 'a-1', position: 2, slug: 's', profile: 'one-node' };
const isAlive = (pid: number) => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

test('a request that a dying worker has taken is answered by its successor', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'drydock-fleet-'));
  const fleet = fleetIn(dir);
  await fleet.start();
  const before = (await fleet.open(task)).nodes[0];
  const after = (await fleet.grade(task)) as { nodes: string[] };
  expect(after.nodes[0]).not.toBe(before);
  expect(fleet.workers()).toMatchObject([{ up: true, restarts: 1 }]);
  const path = '/attempts/a-1/2';
  expect(readFileSync(join(dir, 'log'), 'utf8').trim().split('\n')).toEqual([
    `${path}/open`,
    `${path}/grade`,
    `${path}/grade`,
  ]);
});

test('what a worker refuses is not asked again', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'drydock-fleet-'));
  const fleet = fleetIn(dir);
  await fleet.start();
  await expect(fleet.reset(task)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('no such thing') as string,
  });
  expect(readFileSync(join(dir, 'log'), 'utf8')).toBe('/attempts/a-1/2/reset\n');
});

test('a new web process ends the worker that a killed one has left', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'drydock-fleet-'));
  const first = fleetIn(dir);
  await first.start();
  const left = first.workers()[0]?.pid ?? 0;
  const second = fleetIn(dir);
  await second.start();
  expect(Number((await second.open(task)).nodes[0])).not.toBe(left);
  while (isAlive(left)) await new Promise(setImmediate);
});

test("a terminal's connection goes through, without the cookies", async () => {
  const fleet = fleetIn(mkdtempSync(join(tmpdir(), 'drydock-fleet-')));
  await fleet.start();
  const web = createServer();
  web.on('upgrade', (request, socket, head) => void fleet.connectTerminal(task, 3, request, socket, head));
  await new Promise<void>((done) => web.listen(0, '127.0.0.1', done));
  const page = connect((web.address() as AddressInfo).port, '127.0.0.1');
  const headers = [
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Key: k',
    'Cookie: session=secret',
  ];
  page.write(`GET /page HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\nfirst `);
  let got = '';
  page.on('data', (data) => (got += data.toString()));
  while (!got.includes('first')) await new Promise((done) => page.once('data', done));
  page.write('second');
  while (!got.includes('second')) await new Promise((done) => page.once('data', done));
  expect(got.split('\r\n\r\n')[1]).toBe(
    '/attempts/a-1/2/terminals/3?slug=s&profile=one-node connection,host,sec-websocket-key,upgrade\nfirst second',
  );
  const closed = new Promise((done) => page.once('close', done));
  await fleet.stop();
  await closed;
  web.close();
});
