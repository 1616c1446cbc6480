import { describe, expect, test } from 'vitest';
import { deepClone, deepFreeze } from '../../kit/deep.ts';
import { applyConfiguration, type Application } from '../machinery/managed-fields/apply-configuration.ts';
import { trackUpdate } from '../machinery/managed-fields/track-update.ts';
import { isJsonObject, type JsonObject, type ManagedFieldsEntry } from '../machinery/object.ts';
import { parseApiVersion } from '../machinery/resource.ts';
import { statusOf } from '../machinery/status-error.ts';
import type { TypeInfo } from '../machinery/type-info.ts';
import { decode } from './decode.ts';
import { builtInKind } from './lookup.ts';
import { zeroValue } from './zero-values.ts';

function typeOf(object: JsonObject): TypeInfo {
  const type = builtInKind({ ...parseApiVersion(String(object['apiVersion'])), kind: String(object['kind']) });
  if (!type) throw new Error('no such kind');
  return type;
}

function decoded(object: JsonObject): JsonObject {
  const result = decode(typeOf(object), object);
  if (!result.ok) throw new Error(result.error);
  return deepFreeze(result.object);
}

const zero = (type: TypeInfo) => zeroValue(type) as JsonObject;
let seconds = 0;
const now = () => `2026-01-01T00:00:${String(seconds++ % 60).padStart(2, '0')}Z`;

/** The object that an ordinary write of `draft` leaves behind. */
function written(draft: JsonObject, manager: string, live?: JsonObject, subresource = ''): JsonObject {
  const type = typeOf(draft);
  const object = deepClone(decoded(draft));
  const managedFields = trackUpdate({
    type,
    live: live ?? zero(type),
    creating: !live,
    draft: object,
    manager,
    apiVersion: String(draft['apiVersion']),
    subresource,
    now: now(),
  });
  return decoded({ ...object, metadata: { ...(object['metadata'] as JsonObject), managedFields } });
}

function applied(config: JsonObject, live?: JsonObject, options: Partial<Application> = {}): JsonObject {
  const type = typeOf(config);
  const { object } = applyConfiguration({
    type,
    zero: zero(type),
    live: live ?? zero(type),
    creating: !live,
    config,
    manager: 'kubectl',
    force: false,
    apiVersion: String(config['apiVersion']),
    kind: String(config['kind']),
    subresource: '',
    now: now(),
    ...options,
  });
  return decoded(object);
}

const entries = (object: JsonObject) =>
  (object['metadata'] as { managedFields?: ManagedFieldsEntry[] }).managedFields ?? [];
const fieldsOf = (object: JsonObject) =>
  Object.fromEntries(
    entries(object).map((e) => [`${e.manager} ${e.operation}${e.subresource ? ` ${e.subresource}` : ''}`, e.fieldsV1]),
  );
const configMap = (data: Record<string, string>, metadata: JsonObject = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'cm', namespace: 'default', ...metadata },
  data,
});
const refused = (run: () => unknown) => {
  try {
    run();
  } catch (err) {
    return statusOf(err);
  }
  return undefined;
};

const deployment = (spec: JsonObject = {}, image = 'nginx') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image, ports: [{ containerPort: 80 }] }] },
    },
    ...spec,
  },
});

describe('ordinary writes', () => {
  test('a creator manages what it set, as recorded', () => {
    expect(fieldsOf(written(configMap({ a: '1' }), 'kubectl-create'))).toEqual({
      'kubectl-create Update': { 'f:data': { '.': {}, 'f:a': {} } },
    });
  });

  test('a Deployment is told in the form of a real cluster', () => {
    expect(fieldsOf(written(deployment({ replicas: 1 }), 'kubectl'))['kubectl Update']).toEqual({
      'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
      'f:spec': {
        'f:replicas': {},
        'f:selector': {},
        'f:template': {
          'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
          'f:spec': {
            'f:containers': {
              'k:{"name":"c"}': {
                '.': {},
                'f:image': {},
                'f:name': {},
                'f:ports': { '.': {}, 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
                'f:resources': {},
              },
            },
          },
        },
      },
    });
  });

  test('a patch takes over what it changes and frees what it removes, as recorded', () => {
    const created = written(configMap({ a: '1', b: '2' }), 'kubectl-create');
    const patched = written(configMap({ a: 'one', c: '3' }), 'kubectl-patch', created);
    expect(fieldsOf(patched)).toEqual({
      'kubectl-create Update': { 'f:data': {} },
      'kubectl-patch Update': { 'f:data': { 'f:a': {}, 'f:c': {} } },
    });
  });

  test('a write that changes nothing leaves the entries as they are', () => {
    const created = written(configMap({ a: '1' }), 'one');
    expect(entries(written(configMap({ a: '1' }), 'two', created))).toEqual(entries(created));
  });

  test('subresources and appliers are managers of their own', () => {
    const created = written(deployment(), 'a');
    const status = written({ ...deployment(), status: { replicas: 1 } }, 'a', created, 'status');
    expect(fieldsOf(status)['a Update status']).toEqual({ 'f:status': { 'f:replicas': {} } });
  });

  test('an object whose entries were cleared stays without', () => {
    const created = decoded(configMap({ a: '1' }));
    expect(entries(written(configMap({ a: '2' }), 'x', created))).toEqual([]);
  });

  test('at most ten updaters are kept', () => {
    let object = written(configMap({ k0: '0' }), 'm0');
    const data: Record<string, string> = { k0: '0' };
    for (let i = 1; i < 14; i++) {
      data[`k${i}`] = '0';
      object = written(configMap({ ...data }), `m${i}`, object);
    }
    expect(entries(object)).toHaveLength(10);
    expect(entries(object).map((e) => e.manager)).toContain('ancient-changes');
  });
});

describe('server-side apply', () => {
  test('keeps what others set and removes what is no longer applied', () => {
    const first = applied(configMap({ a: '1', b: '2' }), undefined, { manager: 'x' });
    const other = written(configMap({ a: '1', b: '2', c: '3' }), 'other', first);
    const second = applied(configMap({ a: '1' }), other, { manager: 'x' });
    expect(second['data']).toEqual({ a: '1', c: '3' });
    expect(fieldsOf(second)).toEqual({
      'x Apply': { 'f:data': { 'f:a': {} } },
      'other Update': { 'f:data': { 'f:c': {} } },
    });
  });

  test('a field that two apply stays until both leave it', () => {
    const first = applied(configMap({ a: '1', b: '2' }), undefined, { manager: 'x' });
    const both = applied(configMap({ b: '2' }), first, { manager: 'y' });
    expect(applied(configMap({ a: '1' }), both, { manager: 'x' })['data']).toEqual({ a: '1', b: '2' });
  });

  test('refuses to take a field, and takes it by force', () => {
    const created = written(deployment({ replicas: 1 }), 'kubectl-client-side-apply');
    const config = deployment({ replicas: 3 });
    const status = refused(() => applied(config, created, { manager: 'x' }));
    expect(status).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "kubectl-client-side-apply" using apps/v1',
            field: '.spec.replicas',
          },
        ],
      },
    });
    const forced = applied(config, created, { manager: 'x', force: true });
    expect(forced['spec']).toMatchObject({ replicas: 3 });
    const mine = fieldsOf(forced)['kubectl-client-side-apply Update'] as JsonObject;
    expect((mine['f:spec'] as JsonObject)['f:replicas']).toBeUndefined();
  });

  test('lists several conflicts by manager', () => {
    const created = written(deployment({ replicas: 1, paused: true }), 'a');
    const status = refused(() => applied(deployment({ replicas: 2 }, 'httpd'), created, { manager: 'x' }));
    expect(status?.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "a" using apps/v1:\n- .spec.replicas\n- .spec.template.spec.containers[name="c"].image',
    );
  });

  test('kubectl takes over from client-side apply where nothing has changed since', () => {
    const config = configMap({ a: '1' });
    const annotation = `${JSON.stringify(config)}\n`;
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': annotation };
    const live = written(configMap({ a: '1' }, { annotations }), 'kubectl-client-side-apply');
    const result = applied(configMap({ a: '2' }), live);
    expect(result['data']).toEqual({ a: '2' });
    const kept = (result['metadata'] as { annotations: Record<string, string> }).annotations;
    expect(JSON.parse(Object.values(kept)[0] ?? '')).toEqual(configMap({ a: '2' }));
    expect(refused(() => applied(configMap({ a: '2' }), live, { manager: 'x' }))?.code).toBe(409);
  });

  test('merges lists by their keys and keeps the order of the configuration', () => {
    const live = written(
      {
        ...deployment(),
        spec: {
          ...deployment().spec,
          template: { spec: { containers: [{ name: 'a' }, { name: 'c' }, { name: 'z' }] } },
        },
      },
      'm',
    );
    const config = {
      ...deployment(),
      spec: { template: { spec: { containers: [{ name: 'b' }, { name: 'c', image: 'new' }] } } },
    };
    const spec = applied(config, live, { manager: 'x', force: true })['spec'];
    const containers = isJsonObject(spec)
      ? (spec['template'] as { spec: { containers: JsonObject[] } }).spec.containers
      : [];
    expect(containers.map((c) => c['name'])).toEqual(['a', 'b', 'c', 'z']);
    expect(containers[2]?.['image']).toBe('new');
  });

  test.each<[JsonObject, string]>([
    [
      { ...configMap({}), colour: 'blue' },
      'failed to create typed patch object (default/cm; /v1, Kind=ConfigMap): .colour: field not declared in schema',
    ],
    [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 's', namespace: 'default' },
        spec: { ports: [{ port: 80 }, { port: 80, name: 'b' }] },
      },
      'failed to create typed patch object (default/s; /v1, Kind=Service): .spec.ports: duplicate entries for key [port=80,protocol="TCP"]',
    ],
    [
      { ...deployment(), spec: { replica: 2 } },
      'failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema',
    ],
    [configMap({}, { managedFields: [{ manager: 'me' }] }), 'metadata.managedFields must be nil'],
  ])('refuses %j', (config, message) => {
    expect(refused(() => applied(config))?.message).toBe(message);
  });

  test('applying the same again changes nothing', () => {
    const first = applied(deployment(), undefined, { manager: 'x' });
    const type = typeOf(first);
    const again = applyConfiguration({
      type,
      zero: zero(type),
      live: first,
      creating: false,
      config: deployment(),
      manager: 'x',
      force: false,
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      subresource: '',
      now: now(),
    });
    expect(again.changed).toBe(false);
    expect(decoded(again.object)).toEqual(first);
  });
});
