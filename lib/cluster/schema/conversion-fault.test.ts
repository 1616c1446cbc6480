import { expect, test } from 'vitest';
import { conversionFault } from './conversion-fault.ts';
import { builtInKind } from './lookup.ts';

const faultOf = (group: string, kind: string, object: object) => {
  const type = builtInKind({ group, version: 'v1', kind });
  return type && conversionFault(type, object);
};

test.each([
  ['', 'Secret', { data: { a: '587' } }, 'error decoding from json: illegal base64 data at input byte 0'],
  ['', 'Secret', { data: { user: 123 } }, 'cannot restore slice from int64'],
  ['', 'Secret', { stringData: { port: 465 } }, 'cannot convert int64 to string'],
  ['apps', 'Deployment', { spec: { replicas: 'three' } }, 'unrecognized type: int32'],
  ['apps', 'Deployment', { spec: { replicas: 1.5 } }, 'cannot convert float64 to int32'],
  ['apps', 'Deployment', { spec: 'x' }, 'cannot restore struct from: string'],
  ['', 'ConfigMap', { data: ['a'] }, 'cannot restore map from slice'],
  [
    '',
    'Service',
    {
      metadata: { creationTimestamp: '2026-01-02T03:04:05Z', labels: {} },
      spec: { ports: [{ port: 80, targetPort: 'web' }] },
    },
    undefined,
  ],
  [
    '',
    'Pod',
    { spec: { containers: [{ name: 'a', resources: { requests: { cpu: 'one' } } }] } },
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
])('%s %s %j', (group, kind, object, fault) => {
  expect(faultOf(group, kind, object)).toBe(fault);
});
