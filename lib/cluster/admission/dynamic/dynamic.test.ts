import { expect, test } from 'vitest';
import { ManualClock } from '../../../kit/clock.ts';
import { seededRandom } from '../../../kit/random.ts';
import type { Client } from '../../client/client.ts';
import type { JsonObject, KubeObject } from '../../machinery/object.ts';
import { notFound } from '../../machinery/status-error.ts';
import type { Resource } from '../../machinery/resource.ts';
import { builtInKind } from '../../schema/lookup.ts';
import { configmaps, validatingadmissionpolicybindings } from '../../schema/generated/resources.ts';
import type { AdmissionContext, AdmissionPlugin, AdmissionRequest } from '../plugin.ts';
import { mutatingAdmissionPolicy } from './mutating-admission-policy.ts';
import { validatingAdmissionPolicy } from './validating-admission-policy.ts';
import { validatingAdmissionWebhook } from './webhooks.ts';

type Stored = Record<string, (KubeObject & JsonObject)[]>;

/** Reads from a few objects by resource; everything else is absent. */
function contextOf(stored: Stored): AdmissionContext {
  const client = {
    list: ({ resource }: { resource: string }) => Promise.resolve({ metadata: {}, items: stored[resource] ?? [] }),
    get(resource: { group: string; resource: string }, namespace: string, name: string) {
      const found = stored[resource.resource]?.find(
        (o) => o.metadata.name === name && (o.metadata.namespace ?? '') === namespace,
      );
      return found ? Promise.resolve(found) : Promise.reject(notFound(resource, name));
    },
  } as unknown as Client;
  return {
    client,
    clock: new ManualClock(),
    random: seededRandom(1),
    access: { authorize: () => ({ allowed: true, reason: '' }), rulesFor: () => [] },
    dial: () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })),
  };
}

function creating(data: Record<string, string>): AdmissionRequest & { warnings: string[] } {
  const warnings: string[] = [];
  return {
    operation: 'CREATE',
    resource: configmaps,
    subresource: '',
    namespace: 'shop',
    name: 'a',
    object: { metadata: { name: 'a', namespace: 'shop' }, data },
    user: { username: 'lena', groups: [] },
    dryRun: false,
    warn: (text) => void warnings.push(text),
    warnings,
  };
}

const RULES = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }];
const limits = { metadata: { name: 'limits', namespace: 'shop' }, data: { max: '1' } };
const policy = {
  metadata: { name: 'few' },
  spec: {
    failurePolicy: 'Fail',
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    matchConstraints: { resourceRules: RULES },
    matchConditions: [{ name: 'not-exempt', expression: "!('exempt' in object.data)" }],
    variables: [{ name: 'count', expression: 'object.data.size()' }],
    validations: [
      {
        expression: 'variables.count <= int(params.data.max)',
        messageExpression: "request.userInfo.username + ' keeps ' + string(variables.count)",
        reason: 'Forbidden',
      },
    ],
  },
};
const binding = (spec: object) => ({ metadata: { name: 'b' }, spec: { policyName: 'few', ...spec } });
const withBinding = (spec: object, params = [limits]): Stored => ({
  validatingadmissionpolicies: [policy],
  validatingadmissionpolicybindings: [binding(spec)],
  configmaps: params,
  namespaces: [{ metadata: { name: 'shop' } }],
});
const PARAMS = { paramRef: { name: 'limits', parameterNotFoundAction: 'Deny' } };

async function refusal(plugin: AdmissionPlugin, request: AdmissionRequest, stored: Stored): Promise<string> {
  try {
    await plugin.validate?.(request, contextOf(stored));
    return '';
  } catch (err) {
    return (err as Error).message;
  }
}

const WHO = "ValidatingAdmissionPolicy 'few' with binding 'b'";

test('a policy refuses with its own message, computed from parameters and variables', async () => {
  const stored = withBinding({ validationActions: ['Deny'], ...PARAMS });
  expect(await refusal(validatingAdmissionPolicy, creating({ a: '1', b: '2' }), stored)).toBe(
    `configmaps "a" is forbidden: ${WHO} denied request: lena keeps 2`,
  );
  expect(await refusal(validatingAdmissionPolicy, creating({ a: '1' }), stored)).toBe('');
  expect(await refusal(validatingAdmissionPolicy, creating({ exempt: '1', b: '2' }), stored)).toBe('');
});

test('a policy works a second after it is written', async () => {
  const stored: Stored = {
    ...withBinding({ validationActions: ['Deny'], ...PARAMS }),
    validatingadmissionpolicybindings: [],
  };
  const clock = new ManualClock();
  const context = { ...contextOf(stored), clock };
  const written = (resource: Resource) => ({ ...creating({}), resource, namespace: '' });
  const judge = async () => {
    try {
      await validatingAdmissionPolicy.validate?.(creating({ a: '1', b: '2' }), context);
      return 'fine';
    } catch {
      return 'refused';
    }
  };
  await validatingAdmissionPolicy.validate?.(written(validatingadmissionpolicybindings), context);
  stored['validatingadmissionpolicybindings'] = [binding({ validationActions: ['Deny'], ...PARAMS })];
  expect(await judge()).toBe('fine');
  clock.advance(1000);
  expect(await judge()).toBe('refused');

  await validatingAdmissionPolicy.validate?.(written(validatingadmissionpolicybindings), context);
  stored['validatingadmissionpolicybindings'] = [];
  expect(await judge()).toBe('refused');
  clock.advance(1000);
  expect(await judge()).toBe('fine');
});

test('a binding may only warn', async () => {
  const request = creating({ a: '1', b: '2' });
  expect(
    await refusal(validatingAdmissionPolicy, request, withBinding({ validationActions: ['Warn'], ...PARAMS })),
  ).toBe('');
  expect(request.warnings).toEqual([`Validation failed for ${WHO}: lena keeps 2`]);
});

test('parameters that are absent refuse the request when the binding says so', async () => {
  const stored = withBinding({ validationActions: ['Deny'], ...PARAMS }, []);
  expect(await refusal(validatingAdmissionPolicy, creating({}), stored)).toContain(
    'denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
  );
});

/** Puts a request through a policy with these mutations. */
function mutate(request: AdmissionRequest, mutations: JsonObject[]): Promise<void> | void | undefined {
  const spec = { matchConstraints: { resourceRules: RULES }, mutations };
  return mutatingAdmissionPolicy.admit?.(
    request,
    contextOf({
      mutatingadmissionpolicies: [{ metadata: { name: 'few' }, spec }],
      mutatingadmissionpolicybindings: [binding({})],
      namespaces: [{ metadata: { name: 'shop' } }],
    }),
  );
}

test('a mutating policy merges what it applies and patches', async () => {
  const mutations = [
    {
      patchType: 'ApplyConfiguration',
      applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: {"mark": "stamped"}}}' },
    },
    {
      patchType: 'JSONPatch',
      jsonPatch: { expression: '[JSONPatch{op: "add", path: "/data/by", value: request.userInfo.username}]' },
    },
  ];
  const request = creating({ a: '1' });
  await mutate(request, mutations);
  expect(request.object?.metadata.labels).toEqual({ mark: 'stamped' });
  expect(request.object?.data).toEqual({ a: '1', by: 'lena' });
});

test('what a mutation writes beyond the fields of the kind is dropped', async () => {
  const expression =
    '[JSONPatch{op: "add", path: "/color", value: "red"}, JSONPatch{op: "add", path: "/immutable", value: true}]';
  const mutations = [{ patchType: 'JSONPatch', jsonPatch: { expression } }];
  const type = builtInKind(configmaps);
  const request = { ...creating({ a: '1' }), ...(type && { type }) };
  await mutate(request, mutations);
  expect(request.object).toMatchObject({ data: { a: '1' }, immutable: true });
  expect(request.object).not.toHaveProperty('color');
});

test('a webhook that cannot be reached fails the request, unless it may be ignored', async () => {
  const hook = (failurePolicy: string, clientConfig: object) => ({
    validatingwebhookconfigurations: [
      {
        metadata: { name: 'guard' },
        webhooks: [{ name: 'maps.guard.example.com', rules: RULES, failurePolicy, clientConfig, timeoutSeconds: 5 }],
      },
    ],
  });
  const called = 'Internal error occurred: failed calling webhook "maps.guard.example.com": failed to call webhook:';
  const service = { service: { name: 'guard', namespace: 'shop', path: '/check', port: 8443 } };
  expect(await refusal(validatingAdmissionWebhook, creating({}), hook('Fail', service))).toBe(
    `${called} Post "https://guard.shop.svc:8443/check?timeout=5s": service "guard" not found`,
  );
  expect(await refusal(validatingAdmissionWebhook, creating({}), hook('Fail', { url: 'https://127.0.0.1:1/x' }))).toBe(
    `${called} Post "https://127.0.0.1:1/x?timeout=5s": dial tcp 127.0.0.1:1: connect: connection refused`,
  );
  expect(await refusal(validatingAdmissionWebhook, creating({}), hook('Ignore', service))).toBe('');
});
