import { expect, test } from 'vitest';
import { secrets, serviceaccounts } from '../../schema/generated/resources.ts';
import { TestCluster } from '../test-cluster.ts';
import { tokenSecrets } from './token-secrets.ts';

const holder = (name: string, account: string) => ({
  metadata: { name, namespace: 'default', annotations: { 'kubernetes.io/service-account.name': account } },
  type: 'kubernetes.io/service-account-token',
});

test('a Secret gets the token of its account, and goes with it', async () => {
  const cluster = new TestCluster([tokenSecrets]);
  await cluster.client.create(serviceaccounts, { metadata: { name: 'robot', namespace: 'default' } });
  await cluster.client.create(secrets, holder('robot-token', 'robot'));
  await cluster.client.create(secrets, holder('ghost-token', 'nobody'));
  await cluster.client.create(secrets, { metadata: { name: 'other', namespace: 'default' }, type: 'Opaque' });
  await cluster.settle();
  expect(await cluster.names(secrets)).toEqual(['robot-token', 'other']);
  const { data = {}, metadata } = await cluster.client.get(secrets, 'default', 'robot-token');
  const text = Object.entries(data).map(([key, value]) => `${key}: ${Buffer.from(value, 'base64').toString()}`);
  expect(text.sort()).toEqual(['ca.crt: ROOT', 'namespace: default', 'token: robot in robot-token']);
  expect(metadata.annotations?.['kubernetes.io/service-account.uid']).toBeTruthy();

  await cluster.client.delete(serviceaccounts, 'default', 'robot');
  await cluster.settle();
  expect(await cluster.names(secrets)).toEqual(['other']);
  cluster.stop();
});
