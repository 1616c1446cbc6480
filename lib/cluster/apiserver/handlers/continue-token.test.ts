import { expect, test } from 'vitest';
import { refusal } from '../test-server.ts';
import { LATEST, pageExpired, readContinue, writeContinue } from './continue-token.ts';

const RANGE = '/registry/configmaps/';

test('a token says where to go on, and in which state', () => {
  const start = { revision: 7, after: `${RANGE}default/web` };
  const token = writeContinue(start, RANGE);
  expect(Buffer.from(token, 'base64url').toString()).toBe('{"v":"meta.k8s.io/v1","rv":7,"start":"default/web\\u0000"}');
  expect(readContinue(token, RANGE)).toEqual(start);
});

test('who comes too late gets a token for the present state', () => {
  const { status } = pageExpired({ revision: 7, after: `${RANGE}default/web` }, RANGE);
  expect(status.code).toBe(410);
  expect(readContinue(String(status.metadata['continue']), RANGE)).toEqual({
    revision: LATEST,
    after: `${RANGE}default/web`,
  });
});

const encoded = (text: string) => Buffer.from(text).toString('base64url');

test.each([
  ['ab%c', ': illegal base64 data at input byte 2'],
  ['abcde', ': illegal base64 data at input byte 4'],
  [encoded('abc'), ": invalid character 'a' looking for beginning of value"],
  [encoded('{"v":"v2"}'), ': server does not recognize this encoded version v2'],
  [encoded('{"v":"meta.k8s.io/v1","start":"a"}'), ': incorrect encoded start resourceVersion (version meta.k8s.io/v1)'],
  [encoded('{"v":"meta.k8s.io/v1","rv":7}'), ': encoded start key empty (version meta.k8s.io/v1)'],
  [encoded('{"v":"meta.k8s.io/v1","rv":7,"start":"../secrets/a"}'), ': ../secrets/a'],
])('the token %s is refused', async (token, why) => {
  const status = await refusal(Promise.resolve().then(() => readContinue(token, RANGE)));
  expect(status?.message).toBe(`invalid continue token: continue key is not valid${why}`);
});
