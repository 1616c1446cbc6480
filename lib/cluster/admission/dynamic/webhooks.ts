import { internalError } from '../../machinery/status-error.ts';
import { mutatingwebhookconfigurations, validatingwebhookconfigurations } from '../../schema/generated/resources.ts';
import type { ValidatingWebhook } from '../../schema/generated/types.ts';
import { refuse, type AdmissionContext, type AdmissionPlugin, type AdmissionRequest } from '../plugin.ts';
import { variablesOf } from './expression-values.ts';
import { isExempt, ruleMatches, selectorsMatch } from './matching.ts';
import { conditionsHold, conditionsOf } from './policy-program.ts';
import { replaceObject } from './mutating-admission-policy.ts';
import { patched, readVerdict, refusalBy, reviewOf, type Verdict } from './admission-review.ts';
import { callWebhook } from './webhook-call.ts';

/** What both kinds of webhook have. */
type Webhook = Pick<
  ValidatingWebhook,
  | 'name'
  | 'rules'
  | 'clientConfig'
  | 'failurePolicy'
  | 'timeoutSeconds'
  | 'namespaceSelector'
  | 'objectSelector'
  | 'matchConditions'
>;

async function isConcerned(webhook: Webhook, request: AdmissionRequest, context: AdmissionContext): Promise<boolean> {
  if (!webhook.rules?.some((rule) => ruleMatches(rule, request))) return false;
  if (!(await selectorsMatch(webhook, request, context))) return false;
  const conditions = conditionsOf(webhook.matchConditions);
  if (!conditions.length) return true;
  const verdict = conditionsHold(conditions, variablesOf(request, context, undefined));
  if ('holds' in verdict) return verdict.holds;
  if (webhook.failurePolicy === 'Ignore') return false;
  throw refuse(request, verdict.error);
}

/** Asks a webhook that a request concerns; undefined when none of its business, or when it failed and may. */
async function ask(
  webhook: Webhook,
  request: AdmissionRequest,
  context: AdmissionContext,
): Promise<Verdict | undefined> {
  if (!(await isConcerned(webhook, request, context))) return undefined;
  const review = reviewOf(request, context.random);
  try {
    const answer = await callWebhook(webhook.clientConfig, webhook.timeoutSeconds ?? 10, review, context);
    return readVerdict(answer, review);
  } catch (err) {
    if (webhook.failurePolicy === 'Ignore') return undefined;
    const why = err instanceof Error ? err.message : String(err);
    throw internalError(`failed calling webhook "${webhook.name}": ${why}`);
  }
}

/** Throws its refusal, and passes its warnings on. */
function heed(webhook: Webhook, verdict: Verdict | undefined, request: AdmissionRequest): void {
  for (const warning of verdict?.warnings ?? []) request.warn(warning);
  if (verdict && !verdict.allowed) throw refusalBy(webhook.name, verdict);
}

const inOrder = <T extends { metadata: { name: string } }>(items: readonly T[]) =>
  [...items].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));

/** MutatingWebhookConfigurations, one after the other. */
export const mutatingAdmissionWebhook: AdmissionPlugin = {
  name: 'MutatingAdmissionWebhook',
  enabledByDefault: true,
  async admit(request, context) {
    if (isExempt(request)) return;
    const { items } = await context.client.list(mutatingwebhookconfigurations);
    for (const { webhooks = [] } of inOrder(items))
      for (const webhook of webhooks) {
        const verdict = await ask(webhook, request, context);
        heed(webhook, verdict, request);
        if (verdict?.patch !== undefined && request.object) replaceObject(request, patched(request, verdict.patch));
      }
  },
};

/** ValidatingWebhookConfigurations, all at once. */
export const validatingAdmissionWebhook: AdmissionPlugin = {
  name: 'ValidatingAdmissionWebhook',
  enabledByDefault: true,
  async validate(request, context) {
    if (isExempt(request)) return;
    const { items } = await context.client.list(validatingwebhookconfigurations);
    if (!items.length) return;
    const all = inOrder(items).flatMap(({ webhooks = [] }) => webhooks);
    const outcomes = await Promise.allSettled(
      all.map(async (webhook) => heed(webhook, await ask(webhook, request, context), request)),
    );
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  },
};
