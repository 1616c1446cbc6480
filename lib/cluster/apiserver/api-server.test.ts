import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../kit/clock.ts';
import type { Attributes } from '../access/authorizer.ts';
import type { ApiRequest, WatchEvent } from '../machinery/api-request.ts';
import type { JsonObject } from '../machinery/object.ts';
import { MvccStore } from '../store/mvcc.ts';
import type { ApiServer, ApiTransport } from './index.ts';
import { ADMIN, refusal, testServer } from './test-server.ts';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

let clock: ManualClock;
let store: MvccStore;
let server: ApiServer;
/** What the authorizer was last asked about. */
let asked: Attributes;
let admin: ApiTransport;

beforeEach(() => {
  clock = new ManualClock();
  store = new MvccStore();
  server = testServer({ store, clock, asked: (attributes) => (asked = attributes) });
  admin = server.transport(ADMIN);
});

const maps = (verb: ApiRequest['verb'], rest: Partial<ApiRequest> = {}): ApiRequest => ({
  verb,
  group: '',
  version: 'v1',
  resource: 'configmaps',
  namespace: 'default',
  ...rest,
});
const create = (name: string, more: JsonObject = {}) =>
  admin.call(maps('create', { body: { metadata: { name, ...(more['metadata'] as JsonObject) }, data: more['data'] } }));

interface Answer {
  code: number;
  headers: Headers;
  text: string;
  json: JsonObject;
}

async function http(path: string, init: RequestInit & { token?: string } = {}): Promise<Answer> {
  const { token = 'admin', headers, ...rest } = init;
  const request = new Request(`https://cluster${path}`, {
    ...rest,
    headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(headers as Record<string, string>) },
  });
  const response = await server.handle(request, {});
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') && text.trim().startsWith('{');
  return {
    code: response.status,
    headers: response.headers,
    text,
    json: isJson ? (JSON.parse(text) as JsonObject) : {},
  };
}

describe('writes', () => {
  it('stamps what it creates', async () => {
    const { code, object } = await create('a', { data: { k: '1' } });
    expect(code).toBe(201);
    expect(object).toMatchObject({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'a', namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z', resourceVersion: '1' },
      data: { k: '1' },
    });
    expect(Object.isFrozen(object)).toBe(true);
  });

  it('refuses a name that is taken, or none', async () => {
    await create('a');
    expect((await refusal(create('a')))?.message).toBe('configmaps "a" already exists');
    expect((await refusal(create('')))?.message).toBe(
      'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    );
  });

  it('does not write what does not change, and tells stale writers', async () => {
    const { object } = await create('a', { data: { k: '1' } });
    const body = { ...object };
    expect((await admin.call(maps('update', { name: 'a', body }))).object).toBe(object);
    await admin.call(maps('patch', { name: 'a', patchType: 'merge', body: { data: { k: '2' } } }));
    const status = await refusal(admin.call(maps('update', { name: 'a', body })));
    expect(status?.message).toBe(
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    );
  });

  it('keeps account of who set what', async () => {
    const options = { fieldManager: 'kubectl-create' };
    await admin.call(maps('create', { options, body: { metadata: { name: 'a' }, data: { k: '1' } } }));
    const { object } = await admin.call(
      maps('patch', { name: 'a', patchType: 'merge', options: { fieldManager: 'me' }, body: { data: { k: '2' } } }),
    );
    const { managedFields } = object['metadata'] as { managedFields: JsonObject[] };
    expect(managedFields.map((m) => [m['manager'], m['fieldsV1']])).toEqual([
      ['kubectl-create', { 'f:data': {} }],
      ['me', { 'f:data': { 'f:k': {} } }],
    ]);
  });

  it('writes nothing in a dry run', async () => {
    await admin.call(maps('create', { options: { dryRun: ['All'] }, body: { metadata: { name: 'a' } } }));
    expect(store.revision).toBe(0);
  });
});

describe('deletion', () => {
  it('waits for finalizers', async () => {
    await create('a', { metadata: { finalizers: ['example.org/hold'] } });
    const { object } = await admin.call(maps('delete', { name: 'a' }));
    expect(object['metadata']).toMatchObject({
      deletionTimestamp: '2026-01-01T00:00:00Z',
      deletionGracePeriodSeconds: 0,
    });
    expect((await refusal(create('a')))?.message).toBe('object is being deleted: configmaps "a" already exists');
    await admin.call(maps('patch', { name: 'a', patchType: 'merge', body: { metadata: { finalizers: null } } }));
    expect((await refusal(admin.call(maps('get', { name: 'a' }))))?.reason).toBe('NotFound');
  });

  it('turns the wish for dependents into finalizers', async () => {
    await create('a');
    const { object } = await admin.call(maps('delete', { name: 'a', body: { propagationPolicy: 'Foreground' } }));
    expect(object['metadata']).toMatchObject({ finalizers: ['foregroundDeletion'] });
  });

  it('gives a running pod its grace, which may only be shortened', async () => {
    const pods = (verb: ApiRequest['verb'], rest: Partial<ApiRequest> = {}) =>
      maps(verb, { resource: 'pods', ...rest });
    const spec = { nodeName: 'n', containers: [{ name: 'c', image: 'nginx' }] };
    await admin.call(pods('create', { body: { metadata: { name: 'p' }, spec } }));
    const { object } = await admin.call(pods('delete', { name: 'p' }));
    expect(object['metadata']).toMatchObject({
      deletionTimestamp: '2026-01-01T00:00:30Z',
      deletionGracePeriodSeconds: 30,
    });
    await admin.call(pods('delete', { name: 'p', body: { gracePeriodSeconds: 5 } }));
    const shorter = await admin.call(pods('get', { name: 'p' }));
    expect(shorter.object['metadata']).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:05Z' });
    await admin.call(pods('delete', { name: 'p', body: { gracePeriodSeconds: 0 } }));
    expect((await refusal(admin.call(pods('get', { name: 'p' }))))?.code).toBe(404);
  });
});

describe('lists and watches', () => {
  it('pages through one state', async () => {
    for (const name of ['a', 'b', 'c']) await create(name);
    const first = await admin.call(maps('list', { options: { limit: 2 } }));
    const { metadata } = first.object as { metadata: { continue: string; remainingItemCount: number } };
    expect(metadata.remainingItemCount).toBe(1);
    await create('bb');
    const rest = await admin.call(maps('list', { options: { limit: 2, continue: metadata.continue } }));
    expect((rest.object['items'] as { metadata: { name: string } }[]).map((o) => o.metadata.name)).toEqual(['c']);
  });

  it('shows a client only what its selector selects', async () => {
    const seen: string[] = [];
    const record = ({ type, object }: WatchEvent) => seen.push(`${type} ${object.metadata.name}`);
    await create('a', { metadata: { labels: { live: 'yes' } } });
    const watch = await admin.watch(maps('watch', { options: { labelSelector: 'live=yes' } }), record, () => {});
    await create('b');
    await admin.call(maps('patch', { name: 'b', patchType: 'merge', body: { metadata: { labels: { live: 'yes' } } } }));
    await admin.call(maps('patch', { name: 'a', patchType: 'merge', body: { metadata: { labels: { live: 'no' } } } }));
    watch.stop();
    await admin.call(maps('delete', { name: 'b' }));
    expect(seen).toEqual(['ADDED a', 'ADDED b', 'DELETED a']);
  });

  it('is asked for one object by a selector that names it', async () => {
    await admin.call(maps('list', { options: { fieldSelector: 'metadata.name=a' } }));
    expect(asked.name).toBe('a');
    await admin.call(maps('list', { options: { fieldSelector: 'metadata.name!=a' } }));
    expect(asked.name).toBeUndefined();
  });

  it('knows which flow schemas lack their priority level', async () => {
    const flow = { group: 'flowcontrol.apiserver.k8s.io', version: 'v1' };
    const spec = { priorityLevelConfiguration: { name: 'low' }, matchingPrecedence: 500 };
    const dangling = async () => {
      const { object } = await admin.call({ verb: 'get', ...flow, resource: 'flowschemas', name: 'calm' });
      return (object as { status?: { conditions?: { status: string }[] } }).status?.conditions?.map((c) => c.status);
    };
    await admin.call({ verb: 'create', ...flow, resource: 'flowschemas', body: { metadata: { name: 'calm' }, spec } });
    expect(await dangling()).toEqual(['True']);
    const level = {
      metadata: { name: 'low' },
      spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
    };
    await admin.call({ verb: 'create', ...flow, resource: 'prioritylevelconfigurations', body: level });
    expect(await dangling()).toEqual(['False']);
  });

  it('refuses to watch from a forgotten version', async () => {
    await create('a');
    await create('b');
    store.compact(2);
    const watch = admin.watch(
      maps('watch', { options: { resourceVersion: '1' } }),
      () => {},
      () => {},
    );
    expect((await refusal(watch))?.code).toBe(410);
  });

  it('ends watches when it closes, and refuses connections then', async () => {
    let ended: unknown;
    await admin.watch(
      maps('watch'),
      () => {},
      (error) => (ended = error),
    );
    await server.close();
    expect(ended).toMatchObject({ code: 'ECONNREFUSED' });
    await expect(admin.call(maps('list'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('HTTP', () => {
  it('answers as upstream when the caller may not, or is nobody', async () => {
    const { code, json } = await http('/api/v1/namespaces/default/pods', { token: 'lena' });
    expect([code, json['message']]).toEqual([
      403,
      'pods is forbidden: User "lena" cannot list resource "pods" in API group "" in the namespace "default"',
    ]);
    await http('/api/v1/namespaces/default/pods?fieldSelector=metadata.name%3Dweb&limit=5', { token: 'lena' });
    expect([asked.verb, asked.name]).toEqual(['list', 'web']);
    expect((await http('/api/v1/pods', { token: 'wrong' })).json['message']).toBe('Unauthorized');
    expect((await http('/version', { token: '' })).code).toBe(200);
    expect((await http('/', { token: '' })).json['message']).toBe(
      'forbidden: User "system:anonymous" cannot get path "/"',
    );
  });

  it('prints no table of what it does not keep', async () => {
    const { code, json } = await http('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      method: 'POST',
      headers: { accept: TABLE, 'content-type': 'application/json' },
      body: JSON.stringify({ spec: { nonResourceAttributes: { path: '/', verb: 'get' } } }),
    });
    expect([code, json['reason']]).toEqual([406, 'NotAcceptable']);
  });

  it('makes tables', async () => {
    await create('a', { data: { k: '1' } });
    const { json } = await http('/api/v1/namespaces/default/configmaps', { headers: { accept: TABLE } });
    expect(json['kind']).toBe('Table');
    expect((json['rows'] as { cells: unknown[] }[])[0]?.cells).toEqual(['a', 1, '0s']);
  });

  it('streams a watch until its time is up', async () => {
    await create('a');
    const path = '/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=5';
    const request = new Request(`https://cluster${path}`, { headers: { authorization: 'Bearer admin' } });
    const response = await server.handle(request, {});
    await create('b');
    clock.advance(5000);
    const events = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as WatchEvent);
    expect(events.map((e) => [e.type, e.object.metadata.name])).toEqual([
      ['ADDED', 'a'],
      ['ADDED', 'b'],
    ]);
  });

  it.each([
    ['POST', '/api/v1/namespaces/default/configmaps', '{oops', 400],
    ['POST', '/api/v1/namespaces/default/configmaps', '[]', 400],
    ['POST', '/api/v1/namespaces/default/configmaps', '{"metadata":7}', 400],
    ['POST', '/api/v1/namespaces/default/configmaps', '{"kind":3}', 400],
    ['POST', '/api/v1/namespaces/default/configmaps/a', '{}', 405],
    ['PUT', '/api/v1/namespaces/default/configmaps', '{}', 405],
    ['PATCH', '/api/v1/namespaces/default/configmaps/a', '{}', 415],
    ['DELETE', '/api/v1/namespaces/default/configmaps/a', '{"gracePeriodSeconds":"x"}', 400],
    ['GET', '/api/v1/namespaces/default/configmaps?limit=x', undefined, 400],
    ['GET', '/api/v1/namespaces/default/configmaps?continue=%00', undefined, 400],
    ['GET', '/api/v1/namespaces/default/configmaps/%zz', undefined, 400],
    ['GET', '/api/v1/namespaces/default/nonsense', undefined, 404],
    ['GET', '/apis/example.org/v1/things', undefined, 404],
    ['GET', '/api/v1/namespaces/default/configmaps?fieldSelector=a%3Db', undefined, 400],
  ])('answers %s %s %s with %i', async (method, path, body, code) => {
    const headers = { 'content-type': 'application/json' };
    expect((await http(path, { method, headers, ...(body ? { body } : {}) })).code).toBe(code);
  });

  it('deletes nothing in a dry run, which a deletion asks for in its body', async () => {
    await create('a');
    const path = '/api/v1/namespaces/default/configmaps/a';
    const headers = { 'content-type': 'application/json' };
    const { json } = await http(path, { method: 'DELETE', headers, body: '{"dryRun":["All"]}' });
    expect(json['status']).toBe('Success');
    expect((await http(path)).code).toBe(200);
  });

  it('refuses a body that is too large', async () => {
    const body = JSON.stringify({ data: { a: 'x'.repeat(3 * 1024 * 1024) } });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    expect((await http('/api/v1/namespaces/default/configmaps', init)).code).toBe(413);
  });

  it('applies on the server side, and tells of conflicts', async () => {
    const path = '/api/v1/namespaces/default/configmaps/a';
    const apply = (manager: string, data: JsonObject) =>
      http(`${path}?fieldManager=${manager}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data }),
      });
    expect((await apply('one', { k: '1' })).code).toBe(201);
    const { code, json } = await apply('two', { k: '2' });
    expect([code, json['message']]).toEqual([409, 'Apply failed with 1 conflict: conflict with "one": .data.k']);
  });
});

describe('custom resources', () => {
  const definition = {
    metadata: { name: 'boats.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { plural: 'boats', singular: 'boat', kind: 'Boat', listKind: 'BoatList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: { type: 'object', properties: { length: { type: 'integer', default: 7 } } },
              },
            },
          },
        },
      ],
    },
  };
  const crds = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' };
  const boats = (verb: ApiRequest['verb'], rest: Partial<ApiRequest> = {}): ApiRequest => ({
    verb,
    group: 'example.org',
    version: 'v1',
    resource: 'boats',
    namespace: 'default',
    ...rest,
  });

  it('come and go with their definition', async () => {
    await admin.call({ verb: 'create', ...crds, body: definition });
    const crd = await admin.call({ verb: 'get', ...crds, name: 'boats.example.org' });
    const { conditions } = crd.object['status'] as { conditions: { type: string; status: string }[] };
    expect(conditions.map((c) => [c.type, c.status])).toEqual([
      ['NamesAccepted', 'True'],
      ['Established', 'True'],
    ]);
    const { object } = await admin.call(boats('create', { body: { metadata: { name: 'a' }, spec: {} } }));
    expect(object).toMatchObject({ apiVersion: 'example.org/v1', kind: 'Boat', spec: { length: 7 } });
    const wrong = { metadata: { name: 'b' }, spec: { length: 'long' } };
    expect((await refusal(admin.call(boats('create', { body: wrong }))))?.message).toContain(
      'spec.length in body must be of type integer',
    );
    await admin.call({ verb: 'delete', ...crds, name: 'boats.example.org' });
    expect((await refusal(admin.call(boats('list'))))?.code).toBe(404);
    expect(store.list('/registry/example.org/').items).toEqual([]);
  });

  it('have an API service while their group version is served', async () => {
    const services = { group: 'apiregistration.k8s.io', version: 'v1', resource: 'apiservices' };
    await admin.call({ verb: 'create', ...crds, body: definition });
    const { object } = await admin.call({ verb: 'get', ...services, name: 'v1.example.org' });
    expect(object).toMatchObject({
      metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'true' } },
      status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local' }] },
    });
    await admin.call({ verb: 'delete', ...crds, name: 'boats.example.org' });
    const gone = await refusal(admin.call({ verb: 'get', ...services, name: 'v1.example.org' }));
    expect(gone?.code).toBe(404);
  });
});
