import { invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { flowschemas } from '../../schema/generated/resources.ts';
import type { FlowSchema } from '../../schema/generated/types.ts';
import { age, column, name } from '../shared/columns.ts';
import { defineKind } from '../define.ts';
import { subdomainName } from '../shared/field-rules.ts';
import { validateConditions } from './conditions.ts';
import { validateMandatorySchema } from './mandatory.ts';
import { validateFlowRule } from './flow-schema-rules.ts';

const SPEC = FieldPath.of('spec');
const MAX_PRECEDENCE = 10_000;
const METHODS = ['ByNamespace', 'ByUser'];

function validateSpec({ metadata, spec }: FlowSchema): FieldError[] {
  const errors: FieldError[] = [];
  const at = SPEC.child('matchingPrecedence');
  const precedence = spec.matchingPrecedence ?? 0;
  if (precedence <= 0) errors.push(invalid(at, precedence, 'must be a positive value'));
  if (precedence > MAX_PRECEDENCE) {
    errors.push(invalid(at, precedence, `must not be greater than ${MAX_PRECEDENCE}`));
  }
  if (precedence === 1 && metadata.name !== 'exempt') {
    errors.push(invalid(at, precedence, "only the schema named 'exempt' may have matchingPrecedence 1"));
  }
  const method = spec.distinguisherMethod;
  if (method && !METHODS.includes(method.type)) {
    errors.push(notSupported(SPEC.child('distinguisherMethod', 'type'), { Type: method.type }, METHODS));
  }
  const level = SPEC.child('priorityLevelConfiguration', 'name');
  const { name: levelName } = spec.priorityLevelConfiguration;
  errors.push(...(levelName ? subdomainName(level, levelName) : [required(level, 'must reference a priority level')]));
  return [...errors, ...(spec.rules ?? []).flatMap((rule, i) => validateFlowRule(rule, SPEC.child('rules').index(i)))];
}

function missingLevel({ status }: FlowSchema): string {
  return (status?.conditions ?? []).find((c) => c.type === 'Dangling')?.status ?? '?';
}

const precedenceOf = ({ spec }: FlowSchema): number => spec.matchingPrecedence ?? 0;

export const flowSchema = defineKind<FlowSchema>({
  resource: flowschemas,
  generation: true,
  defaults(draft) {
    draft.spec ??= { priorityLevelConfiguration: { name: '' } };
    draft.spec.priorityLevelConfiguration ??= { name: '' };
    draft.spec.matchingPrecedence ||= 1000;
    draft.status ??= {};
  },
  prepareForCreate(draft) {
    draft.status = {};
  },
  validate: (object) => [
    ...validateSpec(object),
    ...validateMandatorySchema(object),
    ...validateConditions(object.status?.conditions),
  ],
  validateStatusUpdate: ({ status }) => validateConditions(status?.conditions),
  compareRows: (a, b) => precedenceOf(a) - precedenceOf(b) || (a.metadata.name < b.metadata.name ? -1 : 1),
  columns: [
    name(),
    column(
      'PriorityLevel',
      'string',
      'The level that its requests get.',
      ({ spec }) => spec.priorityLevelConfiguration.name,
    ),
    column(
      'MatchingPrecedence',
      'string',
      'The lowest that matches counts.',
      ({ spec }) => spec.matchingPrecedence ?? 0,
    ),
    column(
      'DistinguisherMethod',
      'string',
      'How flows are told apart.',
      ({ spec }) => spec.distinguisherMethod?.type ?? '<none>',
    ),
    age(),
    column('MissingPL', 'string', 'Whether the level does not exist.', missingLevel),
  ],
});
