import { invalid, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { leases } from '../../schema/generated/resources.ts';
import type { Lease } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';

function validate({ spec }: Lease): FieldError[] {
  const at = FieldPath.of('spec');
  const errors: FieldError[] = [];
  if (spec.leaseDurationSeconds !== undefined && spec.leaseDurationSeconds <= 0) {
    errors.push(invalid(at.child('leaseDurationSeconds'), spec.leaseDurationSeconds, 'must be greater than 0'));
  }
  if (spec.leaseTransitions !== undefined && spec.leaseTransitions < 0) {
    errors.push(invalid(at.child('leaseTransitions'), spec.leaseTransitions, 'must be greater than or equal to 0'));
  }
  return errors;
}

/** Coordinated leader election is off by default, and its fields are dropped then. */
function dropDisabledFields(draft: Lease): void {
  delete draft.spec.strategy;
  delete draft.spec.preferredHolder;
}

export const lease = defineKind<Lease>({
  resource: leases,
  createOnUpdate: true,
  unconditionalUpdate: false,
  defaults(draft) {
    draft.spec ??= {};
  },
  prepareForCreate: dropDisabledFields,
  prepareForUpdate: dropDisabledFields,
  validate,
  columns: [name(), column('Holder', 'string', 'Who holds the lease.', ({ spec }) => spec.holderIdentity ?? ''), age()],
});
