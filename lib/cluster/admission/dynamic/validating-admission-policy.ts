import { StatusError } from '../../machinery/status-error.ts';
import { validatingadmissionpolicies, validatingadmissionpolicybindings } from '../../schema/generated/resources.ts';
import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  Validation,
} from '../../schema/generated/types.ts';
import { refuse, type AdmissionContext, type AdmissionPlugin, type AdmissionRequest } from '../plugin.ts';
import { variablesOf, withLazyVariables } from './expression-values.ts';
import { constraintsMatch, isExempt, namespaceOf } from './matching.ts';
import { paramsOf } from './params.ts';
import { PolicySource } from './policy-source.ts';
import { conditionsHold, policyProgram, type PolicyProgram } from './policy-program.ts';

interface Finding {
  message: string;
  reason: string;
}

const CODES: Readonly<Record<string, number>> = { Unauthorized: 401, Forbidden: 403, RequestEntityTooLarge: 413 };

/** A refusal: the reason is the validation's, the words are those of a 403. */
function denial(request: AdmissionRequest, text: string, reason: string): StatusError {
  const { message, details } = refuse(request, text).status;
  return new StatusError(CODES[reason] ?? 422, reason, message ?? text, {
    ...details,
    causes: [{ message: text }],
  });
}

/** What one validation says; undefined when it is content. */
function judge(
  { expression, message, messageExpression, reason = 'Invalid' }: Validation,
  program: PolicyProgram,
  values: Record<string, unknown>,
  ignoresErrors: boolean,
): Finding | undefined {
  const result = program.compile(expression).program?.evaluate(values);
  if (!result?.ok) {
    if (ignoresErrors) return undefined;
    return {
      message: `expression '${expression.trim()}' resulted in error: ${result?.error ?? ''}`,
      reason: 'Invalid',
    };
  }
  if (result.value === true) return undefined;
  const said = messageExpression ? program.compile(messageExpression).program?.evaluate(values) : undefined;
  const text = said?.ok && typeof said.value === 'string' ? said.value.trim() : '';
  const fallback = message?.trim() || `failed expression: ${expression.trim()}`;
  return { message: text && !text.includes('\n') ? text : fallback, reason };
}

async function apply(
  policy: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  request: AdmissionRequest,
  context: AdmissionContext,
): Promise<{ findings: Finding[] } | { misconfigured: string }> {
  const { spec } = policy;
  const found = await paramsOf(spec.paramKind, binding.spec.paramRef, request.namespace, context);
  if ('error' in found) return { misconfigured: `failed to configure binding: ${found.error}` };
  const ignoresErrors = spec.failurePolicy === 'Ignore';
  const program = policyProgram(spec, false);
  const namespace = await namespaceOf(request, context);
  const findings = found.params.flatMap((params): Finding[] => {
    const values = withLazyVariables(variablesOf(request, context, namespace, params), program.variables);
    const conditions = conditionsHold(program.conditions, values);
    if ('error' in conditions) return ignoresErrors ? [] : [{ message: conditions.error, reason: 'Invalid' }];
    if (!conditions.holds) return [];
    return (spec.validations ?? []).flatMap((one) => judge(one, program, values, ignoresErrors) ?? []);
  });
  return { findings };
}

const source = new PolicySource(validatingadmissionpolicies, validatingadmissionpolicybindings);

/** ValidatingAdmissionPolicies and their bindings. */
export const validatingAdmissionPolicy: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  enabledByDefault: true,
  async validate(request, context) {
    if (isExempt(request)) return source.observe(request, context);
    const { policies, bindings } = await source.current(context);
    const denied: { text: string; reason: string }[] = [];
    for (const policy of policies) {
      if (!(await constraintsMatch(policy.spec.matchConstraints, request, context))) continue;
      for (const binding of bindings.filter((b) => b.spec.policyName === policy.metadata.name)) {
        if (!(await constraintsMatch(binding.spec.matchResources, request, context))) continue;
        const who = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
        const outcome = await apply(policy, binding, request, context);
        if ('misconfigured' in outcome) {
          if (policy.spec.failurePolicy !== 'Ignore')
            denied.push({ text: `${who} denied request: ${outcome.misconfigured}`, reason: 'Invalid' });
          continue;
        }
        const actions = binding.spec.validationActions ?? [];
        for (const { message, reason } of outcome.findings) {
          if (actions.includes('Deny')) denied.push({ text: `${who} denied request: ${message}`, reason });
          if (actions.includes('Warn')) request.warn(`Validation failed for ${who}: ${message}`);
        }
      }
    }
    const [first] = denied;
    if (first) throw denial(request, first.text, first.reason);
  },
};
