import { expect, test } from 'vitest';
import type { InformerFactory } from '../client/informer.ts';
import { networkpolicies } from '../schema/generated/resources.ts';
import type { NetworkPolicy } from '../schema/generated/types.ts';
import { PolicyEnforcer, type Party } from './policy.ts';

const NAMESPACES = [
  { metadata: { name: 'shop', labels: { team: 'shop' } } },
  { metadata: { name: 'bank', labels: { team: 'bank' } } },
];

function enforcing(...specs: NetworkPolicy['spec'][]): PolicyEnforcer {
  const policies = specs.map((spec, i) => ({ metadata: { name: `p${i}`, namespace: 'shop' }, spec }));
  const informers = {
    informer: (resource: { resource: string }) =>
      resource.resource === networkpolicies.resource
        ? { list: (namespace: string) => policies.filter((p) => p.metadata.namespace === namespace) }
        : { get: (_: string, name: string) => NAMESPACES.find((n) => n.metadata.name === name) },
  };
  return new PolicyEnforcer(informers as unknown as InformerFactory);
}

const pod = (namespace: string, app: string, ip: string): Party => ({
  ip,
  pod: {
    namespace,
    name: app,
    labels: { app },
    node: 'node01',
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
  },
});
const web = pod('shop', 'web', '10.244.1.2');
const cart = pod('shop', 'cart', '10.244.1.3');
const teller = pod('bank', 'teller', '10.244.2.2');
const WEB = { podSelector: { matchLabels: { app: 'web' } } };

test('pods that no policy selects are open', () => {
  const policies = enforcing({ podSelector: { matchLabels: { app: 'other' } }, policyTypes: ['Ingress'] });
  expect(policies.allows(teller, web, 80, 'TCP')).toBe(true);
});

test('a policy without rules closes one direction', () => {
  const policies = enforcing({ podSelector: {}, policyTypes: ['Ingress'] });
  expect(policies.allows(cart, web, 80, 'TCP')).toBe(false);
  expect(policies.allows(web, teller, 80, 'TCP')).toBe(true);
  expect(policies.allows({ ip: 'node' }, web, 80, 'TCP')).toBe(true);
});

test('peers are pods of the own namespace, of selected namespaces, or both', () => {
  const from = (peer: object) => enforcing({ ...WEB, policyTypes: ['Ingress'], ingress: [{ from: [peer] }] });
  expect(from({ podSelector: {} }).allows(cart, web, 80, 'TCP')).toBe(true);
  expect(from({ podSelector: {} }).allows(teller, web, 80, 'TCP')).toBe(false);
  const bank = { namespaceSelector: { matchLabels: { team: 'bank' } } };
  expect(from(bank).allows(teller, web, 80, 'TCP')).toBe(true);
  expect(from(bank).allows(cart, web, 80, 'TCP')).toBe(false);
  const vault = { ...bank, podSelector: { matchLabels: { app: 'vault' } } };
  expect(from(vault).allows(teller, web, 80, 'TCP')).toBe(false);
});

test('ports are numbers, ranges or names of the destination', () => {
  const to = (port: object) => enforcing({ ...WEB, policyTypes: ['Ingress'], ingress: [{ ports: [port] }] });
  expect(to({ port: 80 }).allows(cart, web, 80, 'TCP')).toBe(true);
  expect(to({ port: 80 }).allows(cart, web, 80, 'UDP')).toBe(false);
  expect(to({ port: 'http' }).allows(cart, web, 8080, 'TCP')).toBe(true);
  expect(to({ port: 'http' }).allows(cart, web, 80, 'TCP')).toBe(false);
  expect(to({ port: 32_000, endPort: 32_768 }).allows(cart, web, 32_100, 'TCP')).toBe(true);
  expect(to({ protocol: 'UDP' }).allows(cart, web, 53, 'UDP')).toBe(true);
});

test('blocks of addresses have exceptions, and hold for leaving, too', () => {
  const ipBlock = { cidr: '172.30.0.0/16', except: ['172.30.1.0/24'] };
  const policies = enforcing({ ...WEB, policyTypes: ['Egress'], egress: [{ to: [{ ipBlock }] }] });
  expect(policies.allows(web, { ip: '172.30.2.9' }, 443, 'TCP')).toBe(true);
  expect(policies.allows(web, { ip: '172.30.1.9' }, 443, 'TCP')).toBe(false);
  expect(policies.allows(web, cart, 443, 'TCP')).toBe(false);
  expect(policies.allows(cart, web, 443, 'TCP')).toBe(true);
});
