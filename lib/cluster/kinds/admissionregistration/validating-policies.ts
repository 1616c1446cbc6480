import type { Scope } from '../../cel/index.ts';
import { invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { validatingadmissionpolicies, validatingadmissionpolicybindings } from '../../schema/generated/resources.ts';
import type {
  AuditAnnotation,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  Validation,
} from '../../schema/generated/types.ts';
import { age, column, name } from '../shared/columns.ts';
import { defineKind } from '../define.ts';
import { qualified } from '../shared/field-rules.ts';
import { defaultMatchResources } from './admission-matching.ts';
import { checkExpression } from './expressions.ts';
import {
  distinctOneOf,
  policyScopes,
  showParamKind,
  showParamRef,
  validateBinding,
  validatePolicy,
} from './policy-parts.ts';

const SPEC = FieldPath.of('spec');
const VALIDATIONS = SPEC.child('validations');
const AUDIT = SPEC.child('auditAnnotations');
const ACTIONS = SPEC.child('validationActions');
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const NOTHING = 'validations or auditAnnotations must contain at least one item';

function validateOne(
  { expression, message, messageExpression, reason }: Partial<Validation>,
  at: FieldPath,
  scope: Scope,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!expression?.trim()) errors.push(required(at.child('expression'), 'expression is not specified'));
  else errors.push(...checkExpression(at.child('expression'), expression, scope, 'bool'));
  if (messageExpression?.trim())
    errors.push(...checkExpression(at.child('messageExpression'), messageExpression, scope, 'string'));
  if (message && !message.trim())
    errors.push(invalid(at.child('message'), message, 'message must be non-empty if specified'));
  else if (message?.trim().includes('\n'))
    errors.push(invalid(at.child('message'), message, 'message must not contain line breaks'));
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(at.child('reason'), reason, REASONS));
  return errors;
}

function validateAudit(
  policy: string,
  { key, valueExpression }: Partial<AuditAnnotation>,
  at: FieldPath,
  scope: Scope,
): FieldError[] {
  const value = at.child('valueExpression');
  return [
    ...(key ? qualified(at.child('key'), `${policy}/${key}`) : [required(at.child('key'))]),
    ...(valueExpression?.trim()
      ? checkExpression(value, valueExpression, scope, 'string', 'null_type')
      : [required(value, 'valueExpression is not specified')]),
  ];
}

export const validatingAdmissionPolicy = defineKind<ValidatingAdmissionPolicy>({
  resource: validatingadmissionpolicies,
  generation: true,
  unconditionalUpdate: false,
  defaults({ spec }) {
    spec.failurePolicy ??= 'Fail';
    defaultMatchResources(spec.matchConstraints);
  },
  prepareForCreate(draft) {
    draft.status = {};
  },
  validate({ metadata, spec }) {
    const { validations = [], auditAnnotations = [] } = spec;
    const scopes = policyScopes(spec, false);
    return [
      ...validatePolicy(spec, scopes),
      ...(validations.length + auditAnnotations.length === 0
        ? [required(VALIDATIONS, NOTHING), required(AUDIT, NOTHING)]
        : []),
      ...validations.flatMap((one, i) => validateOne(one, VALIDATIONS.index(i), scopes.scope)),
      ...auditAnnotations.flatMap((one, i) => validateAudit(metadata.name ?? '', one, AUDIT.index(i), scopes.scope)),
    ];
  },
  columns: [
    name(),
    column(
      'Validations',
      'integer',
      'How many validations the policy has.',
      ({ spec }) => spec.validations?.length ?? 0,
    ),
    column('ParamKind', 'string', 'The kind of the parameters of the policy.', (o) => showParamKind(o.spec.paramKind)),
    age(),
  ],
});

function validateActions(actions: readonly string[]): FieldError[] {
  if (actions.length === 0) return [required(ACTIONS, 'at least one validation action is required')];
  const errors = distinctOneOf(actions, ['Audit', 'Deny', 'Warn'], ACTIONS);
  if (actions.includes('Deny') && actions.includes('Warn')) {
    errors.push(
      invalid(
        ACTIONS,
        actions,
        'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ),
    );
  }
  return errors;
}

export const validatingAdmissionPolicyBinding = defineKind<ValidatingAdmissionPolicyBinding>({
  resource: validatingadmissionpolicybindings,
  generation: true,
  unconditionalUpdate: false,
  defaults({ spec }) {
    defaultMatchResources(spec.matchResources);
  },
  validate: ({ spec }) => [...validateBinding(spec), ...validateActions(spec.validationActions ?? [])],
  columns: [
    name(),
    column('PolicyName', 'string', 'The policy this binding activates.', ({ spec }) => spec.policyName),
    column('ParamRef', 'string', 'The parameters this binding gives to the policy.', ({ spec }) =>
      showParamRef(spec.paramRef),
    ),
    age(),
  ],
});
