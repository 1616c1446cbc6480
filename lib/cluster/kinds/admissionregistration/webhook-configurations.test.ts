import { expect, test } from 'vitest';
import type { ValidatingWebhook, ValidatingWebhookConfiguration } from '../../schema/generated/types.ts';
import type { KindContext } from '../define.ts';
import { validatingWebhookConfiguration as kind } from './webhook-configurations.ts';

function complaints(...webhooks: Partial<ValidatingWebhook>[]): string[] {
  const object = { metadata: { name: 'w' }, webhooks } as ValidatingWebhookConfiguration;
  kind.defaults?.(object);
  return (kind.validate?.(object, {} as KindContext) ?? []).map(({ field, message }) => `${field}: ${message}`);
}

const good: Partial<ValidatingWebhook> = {
  name: 'a.b.example.com',
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  clientConfig: { service: { name: 's', namespace: 'n' } },
};

test('accepts the least that is needed, once', () => {
  expect(complaints(good)).toEqual([]);
  expect(complaints(good, good)).toEqual(['webhooks[1].name: Duplicate value: "a.b.example.com"']);
});

test.each<[Partial<ValidatingWebhook>, string]>([
  [
    { clientConfig: { url: 'http://x.example.com/y' } },
    `webhooks[0].clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
  ],
  [{ clientConfig: {} }, 'webhooks[0].clientConfig: Required value: exactly one of url or service is required'],
  [
    { admissionReviewVersions: ['v7'] },
    'webhooks[0].admissionReviewVersions: Invalid value: ["v7"]: must include at least one of v1, v1beta1',
  ],
  [
    { timeoutSeconds: 60 },
    'webhooks[0].timeoutSeconds: Invalid value: 60: the timeout value must be between 1 and 30 seconds',
  ],
  [
    {
      rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods/*', 'pods/log'] }],
    },
    'webhooks[0].rules[0].resources[1]: Invalid value: "pods/log": if \'pods/*\' is present, must not specify pods/log',
  ],
])('%j', (change, message) => {
  expect(complaints({ ...good, ...change })).toEqual([message]);
});
