import { expect, test } from 'vitest';
import { endpoints, endpointslices, services } from '../../schema/generated/resources.ts';
import { TestCluster } from '../test-cluster.ts';
import { endpointSliceMirroring } from './mirroring.ts';

test('Endpoints of a service without selector are mirrored, and no others', async () => {
  const cluster = new TestCluster([endpointSliceMirroring]);
  const { client } = cluster;
  const metadata = { name: 'db', namespace: 'default' };
  const selecting = { name: 'web', namespace: 'default' };
  await client.create(services, { metadata, spec: { ports: [{ port: 5432 }] } });
  await client.create(services, { metadata: selecting, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } });
  const subsets = [
    { addresses: [{ ip: '192.0.2.1' }], notReadyAddresses: [{ ip: '192.0.2.2' }], ports: [{ port: 5432 }] },
  ];
  await client.create(endpoints, { metadata, subsets });
  await client.create(endpoints, { metadata: selecting, subsets });
  await cluster.settle();
  const slices = await cluster.list(endpointslices);
  expect(slices).toHaveLength(1);
  expect(slices[0]).toMatchObject({
    addressType: 'IPv4',
    endpoints: [
      { addresses: ['192.0.2.1'], conditions: { ready: true } },
      { addresses: ['192.0.2.2'], conditions: { ready: false } },
    ],
    ports: [{ name: '', port: 5432, protocol: 'TCP' }],
    metadata: {
      labels: {
        'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
        'kubernetes.io/service-name': 'db',
      },
    },
  });

  await client.delete(endpoints, 'default', 'db');
  await cluster.settle();
  expect(await cluster.list(endpointslices)).toEqual([]);
  cluster.stop();
});
