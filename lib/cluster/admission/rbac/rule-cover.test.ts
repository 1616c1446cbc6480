import { expect, test } from 'vitest';
import { escalation, missingRules } from './rule-cover.ts';

const otto = { username: 'otto', groups: ['system:authenticated'] };
const reader = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] };

test('what is granted beyond one’s own rights is listed, a line for each resource', () => {
  expect(escalation(otto, [reader], [{ verbs: ['*'], apiGroups: [''], resources: ['pods', 'nodes'] }])).toBe(
    'user "otto" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
      '{APIGroups:[""], Resources:["nodes"], Verbs:["*"]}\n' +
      '{APIGroups:[""], Resources:["pods"], Verbs:["*"]}',
  );
});

test('verbs of one resource are told together', () => {
  const wanted = { verbs: ['get', 'watch', 'delete'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] };
  expect(escalation(otto, [reader], [wanted])).toContain(
    '{APIGroups:[""], Resources:["pods"], ResourceNames:["a"], Verbs:["watch" "delete"]}',
  );
});

test.each([
  [reader, { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] }, true],
  [{ ...reader, resourceNames: ['a'] }, { verbs: ['get'], apiGroups: [''], resources: ['pods'] }, false],
  [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*/status'] },
    { verbs: ['get'], apiGroups: ['apps'], resources: ['deployments/status'] },
    true,
  ],
  [{ verbs: ['get'], nonResourceURLs: ['/healthz/*'] }, { verbs: ['get'], nonResourceURLs: ['/healthz/ping'] }, true],
  [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }, { verbs: ['get'], nonResourceURLs: ['/healthz/ping'] }, false],
])('%j covers %j: %s', (own, wanted, covered) => {
  expect(missingRules([own], [wanted]).length === 0).toBe(covered);
});
