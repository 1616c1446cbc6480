import type { Scope } from '../../cel/index.ts';
import { duplicate, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
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
const MAX_AUDIT_ANNOTATIONS = 20;
const MAX_AUDIT_EXPRESSION = 5 * 1024;
const NOTHING = 'validations or auditAnnotations must contain at least one item';

function validateOne(
  { expression, message, messageExpression, reason }: Partial<Validation>,
  at: FieldPath,
  scope: Scope,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!expression?.trim()) errors.push(required(at.child('expression'), 'expression is not specified'));
  else errors.push(...checkExpression(at.child('expression'), expression, scope, 'bool'));
  if (messageExpression && !messageExpression.trim())
    errors.push(invalid(at.child('messageExpression'), messageExpression, 'must be non-empty if specified'));
  else if (messageExpression)
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
  { key = '', valueExpression = '' }: Partial<AuditAnnotation>,
  at: FieldPath,
  scope: Scope,
): FieldError[] {
  const value = at.child('valueExpression');
  const trimmed = valueExpression.trim();
  const errors = qualified(at.child('key'), `${policy}/${key}`);
  if (!trimmed) return [...errors, required(value, 'valueExpression is not specified')];
  return [
    ...errors,
    ...(Buffer.byteLength(trimmed) > MAX_AUDIT_EXPRESSION
      ? [required(value, `must not exceed ${MAX_AUDIT_EXPRESSION} bytes in length`)]
      : checkExpression(value, valueExpression, scope, 'string', 'null_type')),
  ];
}

function validateAudits(policy: string, annotations: readonly Partial<AuditAnnotation>[], scope: Scope): FieldError[] {
  const many = annotations.length > MAX_AUDIT_ANNOTATIONS;
  const shown = annotations.map(({ key, valueExpression }) => ({
    Key: key ?? '',
    ValueExpression: valueExpression ?? '',
  }));
  return [
    ...(many ? [invalid(AUDIT, shown, `must not have more than ${MAX_AUDIT_ANNOTATIONS} auditAnnotations`)] : []),
    ...annotations.flatMap((one, i) => [
      ...validateAudit(policy, one, AUDIT.index(i), scope),
      ...(annotations.findIndex((other) => other.key === one.key) < i
        ? [duplicate(AUDIT.index(i).child('key'), one.key)]
        : []),
    ]),
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
      ...validateAudits(metadata.name ?? '', auditAnnotations, scopes.scope),
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
