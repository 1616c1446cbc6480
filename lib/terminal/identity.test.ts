import { expect, test } from 'vitest';
import { idMap, type IdFacts } from './identity.ts';

const ana: IdFacts = {
  uid: 1001,
  userName: 'ana',
  subuid: 'bob:100000:65536\nana:165536:65536\n',
  subgid: 'ana:165536:65536\n',
  hasNewuidmap: true,
};

test('a server that runs as root gives the candidate an id that nobody else has', () => {
  const { users, groups } = idMap({ ...ana, uid: 0, userName: 'root' });
  expect(users).toEqual({
    ranges: [
      { inside: 0, outside: 0, count: 1 },
      { inside: 1000, outside: 0x70000000 + 1000, count: 1 },
    ],
    writer: 'self',
    candidate: 'own',
  });
  expect(groups).toEqual(users.ranges);
});

test('an ordinary user gives one of their subordinate ids', () => {
  const { users } = idMap(ana);
  expect(users).toEqual({
    ranges: [
      { inside: 0, outside: 1001, count: 1 },
      { inside: 1000, outside: 166536, count: 1 },
    ],
    writer: 'newuidmap',
    candidate: 'own',
  });
});

test('without any, candidate and root share the one id there is', () => {
  const alone = { ranges: [{ inside: 0, outside: 1001, count: 1 }], writer: 'self', candidate: 'shared' };
  expect(idMap({ ...ana, hasNewuidmap: false }).users).toEqual(alone);
  expect(idMap({ ...ana, subuid: 'bob:100000:65536\n' }).users).toEqual(alone);
  expect(idMap({ ...ana, subuid: 'ana:165536:10\n' }).users).toEqual(alone);
  expect(idMap({ ...ana, subgid: '' }).users).toEqual(alone);
});
