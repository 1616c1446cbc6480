import { expect, test } from 'vitest';
import { seededRandom } from '../../kit/random.ts';
import { profiles } from './index.ts';
import { stamp } from './stamp.ts';

const createdAt = Date.UTC(2026, 10, 1);
const pki = {
  controlplane: { '/etc/kubernetes/pki/ca.crt': 'CA\n', '/etc/kubernetes/pki/front-proxy-ca.crt': 'FRONT\n' },
};
const make = (seed: number, name: string) => {
  const profile = profiles.find((p) => p.name === name);
  if (!profile) throw new Error(name);
  return stamp(profile, { id: 'x', createdAt, random: seededRandom(seed), pki });
};

test.each(['one-node', 'three-node'])('%s leaves no placeholder and no dangling owner', (name) => {
  const objects = [...make(1, name).objects.values()];
  expect(JSON.stringify(objects)).not.toMatch(/<(time|uid|id|digest|pem|n|masked)>/);
  const uids = new Set(objects.map((o) => o.metadata.uid));
  expect(uids.size).toBe(objects.length);
  for (const o of objects) for (const owner of o.metadata.ownerReferences ?? []) expect(uids).toContain(owner.uid);
});

test('clusters differ in uids and share what is the same', () => {
  const [a, b] = [make(1, 'three-node'), make(2, 'three-node')];
  const role = '/registry/clusterroles/admin';
  const [one, two] = [a.objects.get(role), b.objects.get(role)] as { metadata: { uid?: string }; rules?: unknown }[];
  expect(one?.metadata.uid).not.toBe(two?.metadata.uid);
  expect(one?.rules).toBe(two?.rules);
});

test('the same seed makes the same cluster again', () => {
  expect([...make(3, 'three-node').objects]).toEqual([...make(3, 'three-node').objects]);
});

test('one-node has nothing of the other nodes', () => {
  expect(JSON.stringify([...make(1, 'one-node').objects.values()])).not.toMatch(/node0[12]|172\.30\.1\.[34]/);
});
