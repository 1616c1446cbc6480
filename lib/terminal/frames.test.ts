import { expect, test } from 'vitest';
import { decodeCall, encodeFrame, FrameReader } from './frames.ts';

test('frames are found however the bytes arrive', () => {
  const bytes = Buffer.concat([encodeFrame('o', 'héllo'), encodeFrame('e'), encodeFrame('x', Buffer.alloc(300, 7))]);
  for (const step of [1, 3, 7, bytes.length]) {
    const reader = new FrameReader();
    const found = [];
    for (let at = 0; at < bytes.length; at += step) found.push(...(reader.push(bytes.subarray(at, at + step)) ?? []));
    expect(found.map((f) => [f.type, f.body.length])).toEqual([
      ['o', 6],
      ['e', 0],
      ['x', 300],
    ]);
  }
});

test('a length that nobody honest sends is no frame', () => {
  expect(new FrameReader().push(Buffer.from([104, 255, 255, 255, 255]))).toBeUndefined();
});

test('a call has its arguments and environment as they were', () => {
  const words = ['crictl', '/tmp', '1000', '1', '0', '1', '120', '40', '2', 'ps', '', 'A=b=c', 'E='];
  expect(decodeCall(Buffer.from(words.join('\0')))).toEqual({
    argv: ['crictl', 'ps', ''],
    cwd: '/tmp',
    uid: 1000,
    stdinIsTerminal: true,
    stdoutIsTerminal: false,
    stderrIsTerminal: true,
    columns: 120,
    rows: 40,
    env: { A: 'b=c', E: '' },
  });
  expect(
    decodeCall(Buffer.from(['crictl', '/tmp', '1000', '1', '0', '1', '80', '24', '9', 'a'].join('\0'))),
  ).toBeUndefined();
});
