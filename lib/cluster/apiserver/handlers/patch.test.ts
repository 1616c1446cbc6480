import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiTransport } from '../index.ts';
import { ADMIN, refusal, testServer } from '../test-server.ts';

let admin: ApiTransport;

beforeEach(() => {
  admin = testServer().transport(ADMIN);
});

describe('patches', () => {
  const web = { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'default', name: 'web' };
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] },
  };

  beforeEach(async () => {
    const spec = { replicas: 2, selector: { matchLabels: { app: 'web' } }, template };
    await admin.call({ verb: 'create', ...web, name: '', body: { metadata: { name: 'web' }, spec } });
  });

  it('annotate a deployment through its status without a new generation', async () => {
    const annotate = { metadata: { annotations: { revision: '1' } } };
    const byStatus = await admin.call({
      verb: 'patch',
      ...web,
      subresource: 'status',
      patchType: 'merge',
      body: annotate,
    });
    expect(byStatus.object['metadata']).toMatchObject({ generation: 1, annotations: { revision: '1' } });
    const again = { metadata: { annotations: { revision: '2' } } };
    const byObject = await admin.call({ verb: 'patch', ...web, patchType: 'merge', body: again });
    expect(byObject.object['metadata']).toMatchObject({ generation: 2 });
  });

  it('refuse strategic patches by what they hold, others by what came of them', async () => {
    const body = { spec: { replicas: 'three' } };
    const strategic = await refusal(admin.call({ verb: 'patch', ...web, patchType: 'strategic', body }));
    expect(strategic?.message).toContain(
      'patch: Invalid value: "map[spec:map[replicas:three]]": unrecognized type: int32',
    );
    const merge = await refusal(admin.call({ verb: 'patch', ...web, patchType: 'merge', body }));
    expect(merge?.message).toContain(
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    );
  });
});
