import { expect, test } from 'vitest';
import { ADMIN, refusal, testServer } from './test-server.ts';

const client = testServer().transport(ADMIN);

const DEFAULT = (field: string) =>
  `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;

test.each([
  ['', 'pods', 'spec.host', undefined],
  ['', 'pods', 'spec.image', 'field label not supported: spec.image'],
  ['', 'nodes', 'metadata.namespace', 'field label not supported: metadata.namespace'],
  ['', 'namespaces', 'name', 'field label not supported: name'],
  ['', 'persistentvolumes', 'metadata.namespace', undefined],
  ['', 'persistentvolumes', 'name', DEFAULT('name')],
  ['apps', 'replicasets', 'status.replicas', DEFAULT('status.replicas')],
  ['batch', 'jobs', 'status.active', 'field label "status.active" not supported for Job'],
  [
    'resource.k8s.io',
    'resourceslices',
    'spec.pool',
    'field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: spec.pool',
  ],
])('what is said when %s %s are selected by %s', async (group, resource, field, message) => {
  const options = { fieldSelector: `${field}=x` };
  const status = await refusal(client.call({ verb: 'list', group, version: 'v1', resource, options }));
  expect(status?.message).toBe(message);
});
