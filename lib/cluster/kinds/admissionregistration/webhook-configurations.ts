import { admissionScope } from '../../cel/index.ts';
import { duplicate, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { fullyQualifiedName } from '../../machinery/names-of-domains.ts';
import { mutatingwebhookconfigurations, validatingwebhookconfigurations } from '../../schema/generated/resources.ts';
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../../schema/generated/types.ts';
import { age, column, name } from '../shared/columns.ts';
import { defineKind } from '../define.ts';
import { complaints, validateLabelSelector } from '../shared/field-rules.ts';
import { dns1123Subdomain } from '../../machinery/names.ts';
import {
  validateFailurePolicy,
  validateMatchConditions,
  validateMatchPolicy,
  validateReinvocation,
} from './admission-matching.ts';
import { defaultRules, validateRules } from './admission-rules.ts';
import { validateClient } from './webhook-client.ts';

const CONDITIONS = admissionScope({ hasParams: false });
const SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const REVIEWS = ['v1', 'v1beta1'];

type Webhook = ValidatingWebhook & Pick<MutatingWebhook, 'reinvocationPolicy'>;

function defaultWebhook(webhook: Webhook): void {
  webhook.failurePolicy ??= 'Fail';
  webhook.matchPolicy ??= 'Equivalent';
  webhook.namespaceSelector ??= {};
  webhook.objectSelector ??= {};
  webhook.timeoutSeconds ??= 10;
  webhook.clientConfig ??= {};
  if (webhook.clientConfig.service) webhook.clientConfig.service.port ??= 443;
  defaultRules(webhook.rules);
}

function validateSideEffects(at: FieldPath, value: string | undefined): FieldError[] {
  if (!value) return [required(at, `must specify one of ${SIDE_EFFECTS.join(', ')}`)];
  return SIDE_EFFECTS.includes(value) ? [] : [notSupported(at, value, SIDE_EFFECTS)];
}

function validateReviews(at: FieldPath, versions: readonly string[] | undefined): FieldError[] {
  if (!versions?.length) return [required(at, `must specify one of ${REVIEWS.join(', ')}`)];
  const errors = versions.flatMap((version, i) => {
    if (versions.indexOf(version) < i) return [duplicate(at.index(i), version)];
    return complaints(at.index(i), version, dns1123Subdomain(version));
  });
  if (!versions.some((version) => REVIEWS.includes(version)))
    errors.push(invalid(at, versions, `must include at least one of ${REVIEWS.join(', ')}`));
  return errors;
}

function validateWebhook(webhook: Webhook, at: FieldPath): FieldError[] {
  const { timeoutSeconds = 10 } = webhook;
  return [
    ...fullyQualifiedName(at.child('name'), webhook.name),
    ...validateRules(webhook.rules, at.child('rules')),
    ...validateFailurePolicy(at.child('failurePolicy'), webhook.failurePolicy),
    ...validateMatchPolicy(at.child('matchPolicy'), webhook.matchPolicy),
    ...validateSideEffects(at.child('sideEffects'), webhook.sideEffects),
    ...(timeoutSeconds > 30 || timeoutSeconds < 1
      ? [invalid(at.child('timeoutSeconds'), timeoutSeconds, 'the timeout value must be between 1 and 30 seconds')]
      : []),
    ...validateLabelSelector(at.child('namespaceSelector'), webhook.namespaceSelector),
    ...validateLabelSelector(at.child('objectSelector'), webhook.objectSelector),
    ...validateReinvocation(at.child('reinvocationPolicy'), webhook.reinvocationPolicy),
    ...validateClient(webhook.clientConfig, at.child('clientConfig')),
    ...validateMatchConditions(webhook.matchConditions, at.child('matchConditions'), CONDITIONS),
  ];
}

function validateWebhooks({ webhooks = [] }: { webhooks?: readonly Webhook[] }): FieldError[] {
  return webhooks.flatMap((webhook, i) => {
    const at = FieldPath.of('webhooks').index(i);
    return [
      ...validateWebhook(webhook, at),
      ...validateReviews(at.child('admissionReviewVersions'), webhook.admissionReviewVersions),
      ...(webhook.name && webhooks.findIndex((other) => other.name === webhook.name) < i
        ? [duplicate(at.child('name'), webhook.name)]
        : []),
    ];
  });
}

const COUNT = 'How many webhooks the configuration has.';

export const validatingWebhookConfiguration = defineKind<ValidatingWebhookConfiguration>({
  resource: validatingwebhookconfigurations,
  generation: true,
  unconditionalUpdate: false,
  defaults(draft) {
    for (const webhook of draft.webhooks ?? []) defaultWebhook(webhook);
  },
  validate: validateWebhooks,
  columns: [name(), column('Webhooks', 'integer', COUNT, ({ webhooks = [] }) => webhooks.length), age()],
});

export const mutatingWebhookConfiguration = defineKind<MutatingWebhookConfiguration>({
  resource: mutatingwebhookconfigurations,
  generation: true,
  unconditionalUpdate: false,
  defaults(draft) {
    for (const webhook of draft.webhooks ?? []) {
      defaultWebhook(webhook);
      webhook.reinvocationPolicy ??= 'Never';
    }
  },
  validate: validateWebhooks,
  columns: [name(), column('Webhooks', 'integer', COUNT, ({ webhooks = [] }) => webhooks.length), age()],
});
