import { expect, test } from 'vitest';
import type { KubeObject } from '../machinery/object.ts';
import { flowschemas, prioritylevelconfigurations } from '../schema/generated/resources.ts';
import type { PolicyRulesWithSubjects } from '../schema/generated/types.ts';
import { storageKey } from '../store/keys.ts';
import { MvccStore } from '../store/mvcc.ts';
import type { Core } from './core.ts';
import { classify, type FlowRequest } from './flow-control.ts';

const store = new MvccStore();
const core = { store } as unknown as Core;
const put = (resource: { group: string; resource: string }, name: string, spec: object) =>
  store.put(storageKey(resource, undefined, name), { metadata: { name }, spec } as unknown as KubeObject);
const schema = (name: string, matchingPrecedence: number, level: string, rule: Partial<PolicyRulesWithSubjects>) =>
  put(flowschemas, name, { matchingPrecedence, priorityLevelConfiguration: { name: level }, rules: [rule] });

const ALL = { apiGroups: ['*'], resources: ['*'], verbs: ['*'], clusterScope: true, namespaces: ['*'] };
const EVERYBODY = [{ kind: 'Group', group: { name: 'system:authenticated' } }];
for (const level of ['exempt', 'low', 'high']) put(prioritylevelconfigurations, level, {});
schema('rest', 9000, 'low', {
  subjects: EVERYBODY,
  resourceRules: [ALL],
  nonResourceRules: [{ nonResourceURLs: ['*'], verbs: ['*'] }],
});
schema('probes', 2, 'exempt', {
  subjects: EVERYBODY,
  nonResourceRules: [{ nonResourceURLs: ['/healthz'], verbs: ['get'] }],
});
schema('system', 900, 'high', {
  subjects: [{ kind: 'ServiceAccount', serviceAccount: { namespace: 'kube-system', name: '*' } }],
  resourceRules: [{ ...ALL, clusterScope: false }],
});
schema('dangling', 1, 'gone', { subjects: EVERYBODY, resourceRules: [ALL] });

const lena = { username: 'lena', groups: ['system:authenticated'] };
const system = { username: 'system:serviceaccount:kube-system:coredns', groups: ['system:authenticated'] };
const pods = { group: '', resource: 'pods', namespace: 'a' };

test.each<[FlowRequest, string, string]>([
  [{ user: lena, verb: 'get', resource: pods }, 'rest', 'low'],
  [{ user: system, verb: 'get', resource: pods }, 'system', 'high'],
  // In no namespace: that takes `clusterScope`.
  [{ user: system, verb: 'list', resource: { ...pods, namespace: '' } }, 'rest', 'low'],
  [{ user: lena, verb: 'get', path: '/healthz/etcd' }, 'probes', 'exempt'],
  [{ user: lena, verb: 'post', path: '/healthz' }, 'rest', 'low'],
])('the first schema in order that matches, and has a level', (request, name, level) => {
  const found = classify(core, request);
  expect([found?.schema.metadata.name, found?.level]).toEqual([name, level]);
});
