import { expect, test } from 'vitest';
import { formatTime } from '../../machinery/object.ts';
import { configmaps, secrets } from '../../schema/generated/resources.ts';
import { TestCluster } from '../test-cluster.ts';
import { bootstrapSigner } from './signer.ts';
import { tokenCleaner } from './token-cleaner.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

test('a token signs cluster-info until it expires and is deleted', async () => {
  const cluster = new TestCluster([bootstrapSigner, tokenCleaner]);
  await cluster.client.create(configmaps, {
    metadata: { name: 'cluster-info', namespace: 'kube-public' },
    data: { kubeconfig: 'apiVersion: v1\n' },
  });
  await cluster.client.create(secrets, {
    metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system' },
    type: 'bootstrap.kubernetes.io/token',
    data: {
      'token-id': base64('abcdef'),
      'token-secret': base64('0123456789abcdef'),
      'usage-bootstrap-signing': base64('true'),
      expiration: base64(formatTime(cluster.clock.now() + 60_000)),
    },
  });
  await cluster.settle();
  const info = () => cluster.client.get(configmaps, 'kube-public', 'cluster-info');
  const [header, body] = ((await info()).data?.['jws-kubeconfig-abcdef'] ?? '').split('.');
  expect(Buffer.from(header ?? '', 'base64url').toString()).toBe('{"alg":"HS256","kid":"abcdef"}');
  expect(body).toBe('');

  await cluster.pass(61, 61);
  expect(await cluster.names(secrets, 'kube-system')).toEqual([]);
  expect((await info()).data).toEqual({ kubeconfig: 'apiVersion: v1\n' });
  cluster.stop();
});
