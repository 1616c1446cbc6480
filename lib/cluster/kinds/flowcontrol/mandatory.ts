import { deepEqual } from '../../../kit/deep.ts';
import { invalid, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import type {
  FlowSchema,
  FlowSchemaSpec,
  PolicyRulesWithSubjects,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
} from '../../schema/generated/types.ts';
import { internalForm } from '../shared/internal-form.ts';

const SPEC = FieldPath.of('spec');

/** All requests of some groups. */
const everythingOf = (...groups: string[]): PolicyRulesWithSubjects => ({
  nonResourceRules: [{ nonResourceURLs: ['*'], verbs: ['*'] }],
  resourceRules: [{ apiGroups: ['*'], clusterScope: true, namespaces: ['*'], resources: ['*'], verbs: ['*'] }],
  subjects: groups.map((name) => ({ group: { name }, kind: 'Group' })),
});

/** The schemas and levels that the API server cannot do without: it keeps them, and nobody may change them. */
const SCHEMAS: Readonly<Record<string, FlowSchemaSpec>> = {
  'catch-all': {
    distinguisherMethod: { type: 'ByUser' },
    matchingPrecedence: 10_000,
    priorityLevelConfiguration: { name: 'catch-all' },
    rules: [everythingOf('system:unauthenticated', 'system:authenticated')],
  },
  exempt: {
    matchingPrecedence: 1,
    priorityLevelConfiguration: { name: 'exempt' },
    rules: [everythingOf('system:masters')],
  },
};

const CATCH_ALL: PriorityLevelConfigurationSpec = {
  type: 'Limited',
  limited: { lendablePercent: 0, limitResponse: { type: 'Reject' }, nominalConcurrencyShares: 5 },
};

export function validateMandatorySchema({ metadata: { name }, spec }: FlowSchema): FieldError[] {
  const fixed = SCHEMAS[name];
  if (!fixed || deepEqual(spec, fixed)) return [];
  return [invalid(SPEC, internalForm('FlowSchemaSpec', spec), `spec of '${name}' must equal the fixed value`)];
}

/** Of the level `exempt` only the part of that name may be tuned. */
export function validateMandatoryLevel({ metadata: { name }, spec }: PriorityLevelConfiguration): FieldError[] {
  const shown = internalForm('PriorityLevelConfigurationSpec', spec);
  if (name === 'exempt' && (spec.type !== 'Exempt' || spec.limited)) {
    return [invalid(SPEC, shown, `spec of '${name}' except the 'spec.exempt' field must equal the fixed value`)];
  }
  if (name !== 'catch-all' || deepEqual(spec, CATCH_ALL)) return [];
  return [invalid(SPEC, shown, `spec of '${name}' must equal the fixed value`)];
}
