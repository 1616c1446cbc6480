import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { socketDuplex } from './socket-duplex.ts';

const dir = mkdtempSync(join(tmpdir(), 'drydock-sockets-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Both ends of a connection. */
async function pair(name: string): Promise<[Socket, Socket]> {
  const path = join(dir, name);
  return new Promise((resolve) => {
    const server = createServer({ allowHalfOpen: true }, (far) => {
      server.close();
      resolve([near, far]);
    });
    let near: Socket;
    server.listen(path, () => {
      near = connect({ path, allowHalfOpen: true });
    });
  });
}

test('each half ends by itself', async () => {
  const [near, far] = await pair('halves');
  const { readable, writable } = socketDuplex(near);
  far.end('all that I say');
  const reader = readable.getReader();
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('all that I say');
  expect((await reader.read()).done).toBe(true);
  const heard = new Promise((resolve) => far.once('data', (data: Buffer) => resolve(data.toString())));
  const writer = writable.getWriter();
  await writer.write(Buffer.from('still here'));
  expect(await heard).toBe('still here');
  const ended = new Promise((resolve) => far.once('end', resolve));
  await writer.close();
  await ended;
});

test('a reset is an error on both halves', async () => {
  const [near, far] = await pair('reset');
  const { readable, writable } = socketDuplex(near);
  const closed = writable.getWriter().closed;
  far.destroy();
  near.destroy();
  await expect(readable.getReader().read()).rejects.toThrow('connection reset');
  await expect(closed).rejects.toThrow('connection reset');
});
