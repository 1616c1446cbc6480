import { invalid, notSupported, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { poddisruptionbudgets } from '../../schema/generated/resources.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetSpec } from '../../schema/generated/types.ts';
import { age, column, name } from '../shared/columns.ts';
import { validateAtMost100Percent, validateIntOrPercent } from '../apps/int-or-percent.ts';
import { defineKind } from '../define.ts';
import { nonNegative, validateLabelSelector } from '../shared/field-rules.ts';

const SPEC = FieldPath.of('spec');
const POLICIES = ['AlwaysAllow', 'IfHealthyBudget'];
const NO_STATUS = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };

/** A spec as the complaint about it prints it: upstream's internal form. */
const shown = (spec: PodDisruptionBudgetSpec) => ({
  MinAvailable: spec.minAvailable ?? null,
  Selector: spec.selector ?? null,
  MaxUnavailable: spec.maxUnavailable ?? null,
  UnhealthyPodEvictionPolicy: spec.unhealthyPodEvictionPolicy ?? null,
});

function validate({ spec }: PodDisruptionBudget): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    errors.push(invalid(SPEC, shown(spec), 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const field of ['minAvailable', 'maxUnavailable'] as const) {
    const value = spec[field];
    if (value === undefined) continue;
    errors.push(
      ...validateIntOrPercent(SPEC.child(field), value),
      ...validateAtMost100Percent(SPEC.child(field), value),
    );
  }
  errors.push(...validateLabelSelector(SPEC.child('selector'), spec.selector));
  const policy = spec.unhealthyPodEvictionPolicy;
  if (policy !== undefined && !POLICIES.includes(policy)) {
    errors.push(notSupported(SPEC.child('unhealthyPodEvictionPolicy'), policy, POLICIES));
  }
  return errors;
}

export const podDisruptionBudget = defineKind<PodDisruptionBudget>({
  resource: poddisruptionbudgets,
  generation: true,
  unconditionalUpdate: false,
  defaults(draft) {
    draft.spec ??= {};
    draft.status = { ...NO_STATUS, ...draft.status };
  },
  prepareForCreate(draft) {
    draft.status = { ...NO_STATUS };
  },
  validate,
  validateStatusUpdate: ({ status }) =>
    (['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const).flatMap((field) =>
      nonNegative(FieldPath.of('status', field), status?.[field]),
    ),
  columns: [
    name(),
    column('Min Available', 'string', 'Pods that must stay.', ({ spec }) => String(spec.minAvailable ?? 'N/A')),
    column('Max Unavailable', 'string', 'Pods that may be missing.', ({ spec }) =>
      String(spec.maxUnavailable ?? 'N/A'),
    ),
    column('Allowed Disruptions', 'integer', 'Pods that may go now.', ({ status }) => status?.disruptionsAllowed ?? 0),
    age(),
  ],
});
