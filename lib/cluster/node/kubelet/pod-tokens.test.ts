import { expect, test } from 'vitest';
import { ManualClock } from '../../../kit/clock.ts';
import { createClient } from '../../client/index.ts';
import { formatTime } from '../../machinery/object.ts';
import type { Pod } from '../../schema/generated/types.ts';
import { PodTokens } from './pod-tokens.ts';

const pod = (uid: string): Pod => ({ metadata: { name: uid, namespace: 'default', uid }, spec: { containers: [] } });

/** Tokens that count how often they were asked for, good for `seconds`. */
function issuer(seconds: number) {
  const clock = new ManualClock();
  let issued = 0;
  const client = createClient({
    call: () => {
      const status = { token: `token-${++issued}`, expirationTimestamp: formatTime(clock.now() + seconds * 1000) };
      return Promise.resolve({ code: 201, object: { metadata: { name: '' }, status }, warnings: [] });
    },
    watch: () => Promise.reject(new Error('not used')),
  });
  return { clock, tokens: new PodTokens(client, clock) };
}

test('a token is kept for four fifths of its time: 2,880 of 3,600 seconds', async () => {
  const { clock, tokens } = issuer(3600);
  const ask = () => tokens.get(pod('a'), { path: 'token', expirationSeconds: 3600 });
  expect(await ask()).toBe('token-1');
  clock.advance(2_879_000);
  expect(await ask()).toBe('token-1');
  clock.advance(1_000);
  expect(await ask()).toBe('token-2');
});

test('a server that lengthens tokens does not make them be kept longer', async () => {
  const { clock, tokens } = issuer(365 * 86_400);
  const ask = () => tokens.get(pod('a'), { path: 'token', expirationSeconds: 3607 });
  expect(await ask()).toBe('token-1');
  clock.advance(2_900_000);
  expect(await ask()).toBe('token-2');
});

test('each pod, audience and duration has a token of its own; a pod that is gone has none', async () => {
  const { tokens } = issuer(3600);
  const first = await tokens.get(pod('a'), { path: 'token' });
  expect(await tokens.get(pod('b'), { path: 'token' })).not.toBe(first);
  expect(await tokens.get(pod('a'), { path: 'token', audience: 'vault' })).not.toBe(first);
  expect(await tokens.get(pod('a'), { path: 'token', expirationSeconds: 600 })).not.toBe(first);
  expect(await tokens.get(pod('a'), { path: 'elsewhere' })).toBe(first);
  tokens.forget('a');
  expect(await tokens.get(pod('a'), { path: 'token' })).not.toBe(first);
});
