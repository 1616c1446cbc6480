import { expect, test } from 'vitest';
import { ManualClock } from '../../../kit/clock.ts';
import { seededRandom } from '../../../kit/random.ts';
import type { JsonObject } from '../../machinery/object.ts';
import { Auditor } from './auditor.ts';
import { decide, readAuditPolicy, type AuditPolicy } from './policy.ts';

const policyOf = (text: string): AuditPolicy => {
  const reading = readAuditPolicy(text, '/etc/audit.yaml');
  if (!reading.ok) throw new Error(reading.error);
  return reading.policy;
};

const policy = policyOf(`
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- {level: None, users: ["system:kube-proxy"], verbs: [watch]}
- {level: None, nonResourceURLs: ["/healthz*"]}
- {level: Metadata, resources: [{group: "", resources: [secrets, pods/log]}]}
- {level: RequestResponse, namespaces: [shop], resources: [{group: "", resources: ["*"]}]}
- {level: Request, userGroups: [staff], omitManagedFields: true}
`);

const lena = { username: 'lena', groups: ['staff'] };
const level = (request: object, user = lena) =>
  decide(policy, { user, verb: 'get', group: '', resource: 'configmaps', ...request }).level;

test('the first rule that matches decides; without one nothing is written', () => {
  expect(level({ resource: 'secrets', namespace: 'shop' })).toBe('Metadata');
  expect(level({ resource: 'pods', subresource: 'log' })).toBe('Metadata');
  expect(level({ resource: 'pods', subresource: 'exec', namespace: 'shop' })).toBe('RequestResponse');
  expect(level({ namespace: 'shop' })).toBe('RequestResponse');
  expect(level({ namespace: 'default' })).toBe('Request');
  expect(level({ namespace: 'default' }, { username: 'lars', groups: [] })).toBe('None');
  expect(level({ resource: undefined, path: '/healthz/etcd' })).toBe('None');
});

test('events tell of a request, its objects and its answer', () => {
  const lines: JsonObject[] = [];
  const auditor = new Auditor({
    policy,
    address: '127.0.0.1',
    write: (line) => void lines.push(JSON.parse(line) as JsonObject),
    clock: new ManualClock(Date.UTC(2026, 0, 2)),
    random: seededRandom(1),
    authorizer: { authorize: () => ({ allowed: true, reason: 'because' }) },
  });
  const entry = auditor.begin({
    user: lena,
    verb: 'create',
    uri: '/api/v1/namespaces/default/configmaps',
    sourceIp: '127.0.0.1',
    group: '',
    version: 'v1',
    resource: 'configmaps',
    namespace: 'default',
  });
  entry?.request({ kind: 'ConfigMap', metadata: { name: 'a', managedFields: [{}] } });
  entry?.complete(201, { kind: 'ConfigMap' });
  entry?.complete(500);
  expect(lines.map(({ auditID: _id, ...event }) => event)).toEqual([
    {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Request',
      stage: 'ResponseComplete',
      requestURI: '/api/v1/namespaces/default/configmaps',
      verb: 'create',
      user: lena,
      sourceIPs: ['127.0.0.1'],
      objectRef: { resource: 'configmaps', namespace: 'default', name: 'a', apiVersion: 'v1' },
      requestObject: { kind: 'ConfigMap', metadata: { name: 'a' } },
      responseStatus: { metadata: {}, code: 201 },
      requestReceivedTimestamp: '2026-01-02T00:00:00.000000Z',
      stageTimestamp: '2026-01-02T00:00:00.000000Z',
      annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': 'because' },
    },
  ]);
});

test.each([
  ['kind: Policy', `failed decoding: Object 'Kind' is missing in 'kind: Policy': from file /a`],
  ['apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: []', 'loaded illegal policy with 0 rules from file /a'],
  [
    'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: All}]',
    'rules[0].level: Unsupported value: "All": supported values: "None", "Metadata", "Request", "RequestResponse"',
  ],
])('a policy that is wrong is refused: %j', (text, error) => {
  expect(readAuditPolicy(text, '/a')).toEqual({ ok: false, error });
});
