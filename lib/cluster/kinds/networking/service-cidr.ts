import { invalid, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { parseCidr, validCanonicalCidr } from '../../machinery/names-of-addresses.ts';
import { servicecidrs } from '../../schema/generated/resources.ts';
import type { ServiceCIDR } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { IMMUTABLE } from '../shared/field-rules.ts';

const CIDRS = FieldPath.of('spec', 'cidrs');

function validate({ spec }: ServiceCIDR): FieldError[] {
  const cidrs = spec.cidrs ?? [];
  const shown = { CIDRs: cidrs };
  if (!cidrs.length) return [required(CIDRS, 'at least one CIDR required')];
  if (cidrs.length > 2) return [invalid(CIDRS, shown, 'may only hold up to 2 values')];
  const families = cidrs.map((text) => parseCidr(text)?.address.family);
  if (cidrs.length === 2 && !(families.includes(4) && families.includes(6))) {
    const why = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
    return [invalid(CIDRS, shown, why)];
  }
  return cidrs.flatMap((text, i) => validCanonicalCidr(CIDRS.index(i), text));
}

/** A second range may be added; those that are there stay. */
function validateChange(now: readonly string[], before: readonly string[]): FieldError[] {
  if (now.length < before.length) return [invalid(CIDRS, now, IMMUTABLE)];
  return before.flatMap((text, i) => (now[i] === text ? [] : [invalid(CIDRS.index(i), now[i], IMMUTABLE)]));
}

export const serviceCidr = defineKind<ServiceCIDR>({
  resource: servicecidrs,
  defaults(draft) {
    draft.spec ??= {};
    draft.status ??= {};
  },
  prepareForCreate(draft) {
    draft.status = {};
  },
  validate,
  validateUpdate: (object, old) => validateChange(object.spec.cidrs ?? [], old.spec.cidrs ?? []),
  columns: [
    name(),
    column('CIDRs', 'string', 'Ranges that cluster IPs are taken from.', ({ spec }) => (spec.cidrs ?? []).join(',')),
    age(),
  ],
});
