import { expect, test } from 'vitest';
import { ipaddresses, servicecidrs } from '../../schema/generated/resources.ts';
import type { IPAddress, ServiceCIDR } from '../../schema/generated/types.ts';
import { TestCluster } from '../test-cluster.ts';
import { serviceCidrs } from './index.ts';

const range = (name: string, ...cidrs: string[]) => ({ metadata: { name }, spec: { cidrs } }) as ServiceCIDR;
const address = (ip: string) => ({ metadata: { name: ip }, spec: {} }) as IPAddress;

test('a range is ready, stays while only it has addresses in use, and goes after a while', async () => {
  const cluster = new TestCluster([serviceCidrs]);
  const { client } = cluster;
  const reason = async () => (await client.get(servicecidrs, '', 'annex')).status?.conditions?.map((c) => [c.status, c.reason]); // prettier-ignore
  await client.create(servicecidrs, range('annex', '10.150.0.0/24'));
  await cluster.settle();
  expect(await reason()).toEqual([['True', '']]);
  await client.create(ipaddresses, address('10.150.0.20'));
  await client.delete(servicecidrs, '', 'annex');
  await cluster.settle();
  expect(await reason()).toEqual([['False', 'Terminating']]);
  await client.delete(ipaddresses, '', '10.150.0.20');
  await cluster.pass(5);
  expect(await client.list(servicecidrs)).toMatchObject({ items: [{ metadata: { name: 'annex' } }] });
  await cluster.pass(10);
  expect((await client.list(servicecidrs)).items).toEqual([]);
});
