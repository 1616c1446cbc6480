import { expect, test } from 'vitest';
import { ADMIN, refusal, testServer } from './test-server.ts';

test('/metrics counts requests and objects, and names deprecated resources that were asked for', async () => {
  const server = testServer();
  const client = server.transport(ADMIN);
  const maps = { group: '', version: 'v1', resource: 'configmaps', namespace: 'a' };
  await refusal(client.call({ ...maps, verb: 'get', name: 'sea' }));
  await client.call({
    group: '',
    version: 'v1',
    resource: 'namespaces',
    verb: 'create',
    body: { metadata: { name: 'a' } },
  });
  await client.call({ group: '', version: 'v1', resource: 'endpoints', verb: 'list' });
  const request = new Request('https://cluster/metrics', { headers: { authorization: 'Bearer admin' } });
  const answer = await server.handle(request, {});
  const text = await answer.text();
  expect(answer.headers.get('content-type')).toMatch('version=0.0.4');
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      'apiserver_request_total{code="404",component="apiserver",dry_run="",group="",resource="configmaps",scope="resource",subresource="",verb="GET",version="v1"} 1',
      'apiserver_request_total{code="201",component="apiserver",dry_run="",group="",resource="namespaces",scope="resource",subresource="",verb="POST",version="v1"} 1',
      'apiserver_requested_deprecated_apis{group="",removed_release="",resource="endpoints",subresource="",version="v1"} 1',
      'apiserver_resource_objects{group="",resource="namespaces"} 1',
      'apiserver_storage_objects{resource="deployments.apps"} 0',
    ]),
  );
  expect(text).toMatch(/^kubernetes_build_info\{.*git_version="v1\.36\.3".*\} 1$/m);
});
