import { expect, test } from 'vitest';
import { parseApiVersion } from '../machinery/resource.ts';
import { decode, fieldComplaints } from './decode.ts';
import { builtInType } from './built-in-types.ts';
import { readJson } from './json-reader.ts';
import { writeJson } from './json-writer.ts';
import { builtInKind } from './lookup.ts';

function decodeAs(apiVersion: string, kind: string, body: Record<string, unknown>) {
  const type = builtInKind({ ...parseApiVersion(apiVersion), kind });
  if (!type) throw new Error(`${kind} has no type`);
  return decode(type, body);
}

const pod = (container: object) => ({ spec: { containers: [container] } });

test.each<[string, string, Record<string, unknown>, string]>([
  [
    'apps/v1',
    'Deployment',
    { spec: { replicas: '3' } },
    'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    'apps/v1',
    'Deployment',
    { spec: { replicas: 1.5 } },
    'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    'v1',
    'Pod',
    { spec: { containers: {} } },
    'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
  ],
  [
    'v1',
    'Pod',
    pod({ command: 'sleep' }),
    'json: cannot unmarshal string into Go struct field Container.spec.containers.command of type []string',
  ],
  [
    'v1',
    'Pod',
    pod({ command: ['sleep', 1] }),
    'json: cannot unmarshal number into Go struct field Container.spec.containers.command of type string',
  ],
  [
    'v1',
    'Pod',
    pod({ ports: [80] }),
    'json: cannot unmarshal number into Go struct field Container.spec.containers.ports of type v1.ContainerPort',
  ],
  [
    'v1',
    'Pod',
    pod({ readinessProbe: { grpc: { port: 'x' } } }),
    'json: cannot unmarshal string into Go struct field GRPCAction.spec.containers.readinessProbe.ProbeHandler.grpc.port of type int32',
  ],
  [
    'v1',
    'Pod',
    pod({ resources: { limits: [] } }),
    'json: cannot unmarshal array into Go struct field ResourceRequirements.spec.containers.resources.limits of type v1.ResourceList',
  ],
  [
    'v1',
    'Pod',
    { spec: { nodeSelector: [] } },
    'json: cannot unmarshal array into Go struct field PodSpec.spec.nodeSelector of type map[string]string',
  ],
  [
    'v1',
    'Pod',
    pod({ command: 'x', resources: { limits: { cpu: 'lots' } } }),
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
  [
    'v1',
    'ConfigMap',
    { data: { port: 80 } },
    'json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
  ],
  ['v1', 'Secret', { data: { password: 'plain-text!' } }, 'illegal base64 data at input byte 5'],
  [
    'v1',
    'PersistentVolumeClaim',
    { spec: { accessModes: 'ReadWriteOnce' } },
    'json: cannot unmarshal string into Go struct field PersistentVolumeClaimSpec.spec.accessModes of type []v1.PersistentVolumeAccessMode',
  ],
  [
    'networking.k8s.io/v1',
    'Ingress',
    { spec: { rules: [{ http: { paths: [{ backend: { resource: { name: true } } }] } }] } },
    'json: cannot unmarshal bool into Go struct field TypedLocalObjectReference.spec.rules.IngressRuleValue.http.paths.backend.resource.name of type string',
  ],
  [
    'discovery.k8s.io/v1',
    'EndpointSlice',
    { ports: [{ name: true }] },
    'json: cannot unmarshal bool into Go struct field EndpointPort.ports.name of type string',
  ],
  [
    'v1',
    'ConfigMap',
    { metadata: { creationTimestamp: 'yesterday' } },
    'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
  ],
])('%s %s %j is refused', (apiVersion, kind, body, error) => {
  expect(decodeAs(apiVersion, kind, body)).toEqual({ ok: false, error });
});

test('names unknown fields with their index, telling capitals apart', () => {
  const decoded = decodeAs('v1', 'Service', { spec: { Selector: {}, ports: [{ port: 80, targetport: 8080 }] } });
  expect(decoded.ok && fieldComplaints(decoded.unknown)).toEqual([
    'unknown field "spec.Selector"',
    'unknown field "spec.ports[0].targetport"',
  ]);
});

test('writes what upstream writes, in its order', () => {
  const decoded = decodeAs('v1', 'Pod', {
    spec: {
      hostNetwork: false,
      nodeSelector: {},
      containers: [
        { image: 'nginx', name: 'c', args: [], tty: null, resources: { limits: { cpu: 0.5, memory: '1024Mi' } } },
      ],
      volumes: [{ name: 'v', emptyDir: {} }],
    },
    metadata: { creationTimestamp: '2026-01-01T09:30:00.5+09:00', name: 'a' },
    kind: 'Pod',
    apiVersion: 'v1',
  });
  expect(decoded.ok && JSON.stringify(decoded.object)).toBe(
    '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","creationTimestamp":"2026-01-01T00:30:00Z"},' +
      '"spec":{"volumes":[{"name":"v","emptyDir":{}}],"containers":[{"name":"c","image":"nginx","resources":{"limits":{"cpu":"500m","memory":"1Gi"}}}]},"status":{}}',
  );
});

test.each([
  ['{"a": {"b": 1, "c": [{"d": 1, "d": 2}], "b": 2}}', ['a.c[0].d', 'a.b']],
  ['{"a": 1}', []],
])('finds doubled members of %s', (text, duplicates) => {
  const reading = readJson(text);
  expect(reading.ok && reading.duplicates).toEqual(duplicates);
});

test.each([
  ['{"spec":', 'unexpected end of JSON input'],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['[1 2]', "invalid character '2' after array element"],
  ['{} x', "invalid character 'x' after top-level value"],
  ['nul', 'unexpected end of JSON input'],
  ['"\\x"', "invalid character 'x' in string escape code"],
  ['['.repeat(100_000), 'exceeded max depth'],
])('says what is wrong with %.20s', (text, error) => expect(readJson(text)).toEqual({ ok: false, error }));

test('has no surprise for members named like the prototype', () => {
  const reading = readJson('{"__proto__": {"polluted": true}}');
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(reading.ok && Object.keys(reading.value as object)).toEqual(['__proto__']);
});

test('a pointer that is always on the wire is absent until it is written', () => {
  const type = builtInType('io.k8s.api.core.v1.TypedLocalObjectReference');
  if (!type) throw new Error('unknown type');
  const decoded = decode(type, { kind: 'PersistentVolumeClaim', name: 'data' });
  expect(decoded).toMatchObject({ ok: true, object: { kind: 'PersistentVolumeClaim', name: 'data' } });
  expect(decoded.ok && 'apiGroup' in decoded.object).toBe(false);
  expect(writeJson(type, decoded.ok ? decoded.object : {})).toBe(
    '{"apiGroup":null,"kind":"PersistentVolumeClaim","name":"data"}',
  );
});

test('null in a map or list is the zero value of what it holds', () => {
  const secret = decodeAs('v1', 'Secret', { data: { a: null }, stringData: { b: null } });
  expect(secret.ok && secret.object).toMatchObject({ data: { a: '' }, stringData: { b: '' } });
  const quota = decodeAs('v1', 'ResourceQuota', { spec: { hard: { cpu: null }, scopes: [null] } });
  expect(quota.ok && quota.object).toMatchObject({ spec: { hard: { cpu: '0' }, scopes: [''] } });
});
