import { expect, test } from 'vitest';
import type { Attributes } from './authorizer.ts';
import { NodeAuthorizer } from './node-authorizer.ts';

const authorizer = new NodeAuthorizer({
  refersTo: (node, resource, namespace, name) => `${node} ${resource} ${namespace} ${name}` === 'a secrets shop key',
});
const user = { username: 'system:node:a', groups: ['system:nodes'] };

/** '' when it is allowed, else why not. */
function ask(verb: string, resource: string, rest: Partial<Attributes> = {}): string {
  const { allowed, reason } = authorizer.authorize({ user, verb, group: '', resource, ...rest });
  return allowed ? '' : `no: ${reason}`;
}

const nodeName = (value: string) => [{ field: 'spec.nodeName', equal: true, value }];

test.each([
  ['get', 'secrets', { namespace: 'shop', name: 'key' }, ''],
  ['get', 'secrets', { namespace: 'shop', name: 'b' }, "no: no relationship found between node 'a' and this object"],
  ['list', 'secrets', { namespace: 'shop' }, 'no: No Object name found'],
  ['list', 'secrets', {}, 'no: can only read namespaced object of this type'],
  ['delete', 'secrets', { namespace: 'shop', name: 'key' }, 'no: can only read resources of this type'],
  ['list', 'persistentvolumes', {}, 'no: can only get individual resources of this type'],
  ['get', 'nodes', { name: 'a' }, ''],
  ['list', 'nodes', {}, "no: node 'a' cannot read all nodes, only its own Node object"],
  ['get', 'nodes', { name: 'b' }, "no: node 'a' cannot read 'b', only its own Node object"],
  ['delete', 'nodes', { name: 'a' }, 'no: '],
  ['list', 'pods', { fieldSelector: nodeName('a') }, ''],
  ['list', 'pods', { fieldSelector: nodeName('b') }, 'no: can only list/watch pods with spec.nodeName field selector'],
  ['patch', 'pods', { subresource: 'status', name: 'x' }, ''],
  ['patch', 'pods', { name: 'x' }, 'no: '],
  ['get', 'serviceaccounts', { name: 'x' }, "no: no relationship found between node 'a' and this object"],
  ['list', 'serviceaccounts', {}, 'no: can only create tokens for individual service accounts'],
] as [string, string, Partial<Attributes>, string][])('%s %s %j', (verb, resource, rest, answer) => {
  expect(ask(verb, resource, rest)).toBe(answer);
});

test("a node's leases are its own", () => {
  const group = 'coordination.k8s.io';
  const lease = (verb: string, namespace: string, name?: string) =>
    ask(verb, 'leases', { group, namespace, ...(name === undefined ? {} : { name }) });
  expect(lease('update', 'kube-node-lease', 'a')).toBe('');
  expect(lease('create', 'kube-node-lease')).toBe('');
  expect(lease('list', 'kube-node-lease')).toBe('no: can only get, create, update, patch, or delete a node lease');
  expect(lease('get', 'default', 'a')).toBe('no: can only access leases in the "kube-node-lease" system namespace');
  expect(lease('get', 'kube-node-lease', 'b')).toBe(
    'no: can only access node lease with the same name as the requesting node',
  );
});

test('nobody else is spoken about', () => {
  const lena = { username: 'lena', groups: [] };
  expect(authorizer.authorize({ user: lena, verb: 'get', resource: 'nodes', name: 'a' })).toEqual({
    allowed: false,
    reason: '',
  });
});
