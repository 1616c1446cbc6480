import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { whenStarted } from './startup.ts';

const INFO = '{\n    "child-pid": 4711\n}\n';

test.each([
  ['before', ['info', 'ready']],
  ['after', ['ready', 'info']],
])('the process id is known when it comes %s the word that all stands', async (_, order) => {
  const pipes = { info: new PassThrough(), ready: new PassThrough() };
  const started = whenStarted(pipes.info, pipes.ready);
  const texts: Record<string, string> = { info: INFO, ready: 'ready\n' };
  for (const name of order) {
    (name === 'info' ? pipes.info : pipes.ready).write(texts[name]);
    await new Promise(setImmediate);
  }
  expect(await started).toBe(4711);
});

test('a number that comes in two pieces is read whole', async () => {
  const info = new PassThrough();
  const ready = new PassThrough();
  const started = whenStarted(info, ready);
  ready.write('ready\n');
  info.write('{\n    "child-pid": 47');
  await new Promise(setImmediate);
  info.write('11\n}\n');
  expect(await started).toBe(4711);
});
