import { expect, test } from 'vitest';
import { ManualClock } from '../kit/clock.ts';
import { Etcd } from './etcd.ts';

function world() {
  const seen: string[] = [];
  const etcd = new Etcd(new ManualClock());
  const start = (flags: Record<string, string>) =>
    etcd.start({
      flags: new Map(Object.entries(flags)),
      readFile: (path) => (path === '/there' ? new Uint8Array([1]) : undefined),
      log: (line) => seen.push(line),
      exited: (code) => seen.push(`exit ${code}`),
    });
  return { etcd, start, seen };
}

test('answers at its client URLs while it runs, and tells of its end', () => {
  const { etcd, start } = world();
  let changes = 0;
  etcd.onChange(() => changes++);
  const member = start({
    'cert-file': '/there',
    'listen-client-urls': 'https://127.0.0.1:2379,https://172.30.1.2:2379',
  });
  expect(etcd.refusal(['https://127.0.0.1:2379'], undefined)).toBeUndefined();
  expect(etcd.refusal(['https://127.0.0.1:2399'], undefined)).toBe(
    'transport: Error while dialing: dial tcp 127.0.0.1:2399: connect: connection refused',
  );
  expect(etcd.refusal(['http://127.0.0.1:2379'], undefined)).toBe('error reading server preface: EOF');
  member.stop();
  expect(etcd.refusal(['https://127.0.0.1:2379'], undefined)).toContain('connection refused');
  expect(changes).toBe(2);
});

test('ends when a file is missing', () => {
  const { start, seen } = world();
  start({ 'cert-file': '/there', 'trusted-ca-file': '/gone' });
  expect(JSON.parse(seen[0] ?? '')).toMatchObject({ level: 'fatal', error: 'open /gone: no such file or directory' });
  expect(seen[1]).toBe('exit 1');
});
