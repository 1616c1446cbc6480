import { duplicate, forbidden, invalid, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { canonicalQuantity, quantityMilliValue, quantityNanos } from '../../machinery/quantity.ts';
import { limitranges } from '../../schema/generated/resources.ts';
import type { LimitRange, LimitRangeItem } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { createdAt, name } from '../shared/columns.ts';
import { entriesOf, qualified } from '../shared/field-rules.ts';
import { isOvercommitAllowed, validateContainerResourceName, validateResourceName } from '../shared/resource-names.ts';

const LIMITS = FieldPath.of('spec', 'limits');
const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
const KINDS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;
const ONE = 1_000_000_000n;

function typeErrors(at: FieldPath, type: string): FieldError[] {
  const errors = qualified(at, type);
  if (errors.length || type.includes('/') || TYPES.includes(type)) return errors;
  return [invalid(at, type, 'must be a standard limit type or fully qualified')];
}

/** How the amounts for one resource must relate to each other. */
function relations(at: FieldPath, limit: LimitRangeItem, resource: string): FieldError[] {
  const errors: FieldError[] = [];
  const amount = (kind: (typeof KINDS)[number]) => {
    const text =
      limit.type === 'Pod' && (kind === 'default' || kind === 'defaultRequest') ? undefined : limit[kind]?.[resource];
    return text === undefined
      ? undefined
      : { nanos: quantityNanos(text), text: canonicalQuantity(text), milli: quantityMilliValue(text) };
  };
  type Amount = NonNullable<ReturnType<typeof amount>>;
  const [max, min, limitDefault, request, ratio] = KINDS.map(amount);
  const refuse = (kind: string, shown: Amount, why: string) =>
    errors.push(invalid(at.child(kind).key(resource), shown.text, why));
  const above = (a: Amount | undefined, b: Amount | undefined): a is Amount =>
    a !== undefined && b !== undefined && a.nanos > b.nanos;
  if (above(min, max)) refuse('min', min, `min value ${min.text} is greater than max value ${max?.text}`);
  if (request && above(min, request))
    refuse('defaultRequest', request, `min value ${min.text} is greater than default request value ${request.text}`);
  if (above(request, max))
    refuse('defaultRequest', request, `default request value ${request.text} is greater than max value ${max?.text}`);
  if (above(request, limitDefault)) {
    refuse(
      'defaultRequest',
      request,
      `default request value ${request.text} is greater than default limit value ${limitDefault?.text}`,
    );
  }
  if (above(min, limitDefault))
    refuse('default', min, `min value ${min.text} is greater than default value ${limitDefault?.text}`);
  if (max && above(limitDefault, max))
    refuse('default', max, `default value ${limitDefault.text} is greater than max value ${max.text}`);
  if (ratio && ratio.nanos < ONE) refuse('maxLimitRequestRatio', ratio, `ratio ${ratio.text} is less than 1`);
  if (ratio && min && max) {
    const most = max.milli / min.milli;
    if (ratio.milli / 1000 > most) {
      refuse('maxLimitRequestRatio', ratio, `ratio ${ratio.text} is greater than max/min = ${most.toFixed(6)}`);
    }
  }
  if (!isOvercommitAllowed(resource) && limitDefault && request && limitDefault.nanos !== request.nanos) {
    const why = `default value ${limitDefault.text} must equal to defaultRequest value ${request.text} in ${resource}`;
    refuse('defaultRequest', request, why);
  }
  return errors;
}

function validate({ spec }: LimitRange): FieldError[] {
  const types = new Set<string>();
  return (spec.limits ?? []).flatMap((limit, i) => {
    const at = LIMITS.index(i);
    const isPod = limit.type === 'Pod';
    const nameCheck = isPod || limit.type === 'Container' ? validateContainerResourceName : validateResourceName;
    const errors = typeErrors(at.child('type'), limit.type ?? '');
    if (types.has(limit.type)) errors.push(duplicate(at.child('type'), limit.type));
    types.add(limit.type);
    const resources = new Set<string>();
    for (const kind of KINDS) {
      const defaulted = kind === 'default' || kind === 'defaultRequest';
      if (isPod && defaulted) {
        if (Object.keys(limit[kind] ?? {}).length)
          errors.push(forbidden(at.child(kind), "may not be specified when `type` is 'Pod'"));
        continue;
      }
      if (
        kind === 'maxLimitRequestRatio' &&
        limit.type === 'PersistentVolumeClaim' &&
        !limit.min?.storage &&
        !limit.max?.storage
      ) {
        const why = 'either minimum or maximum storage value is required, but neither was provided';
        errors.push(required(at.child('limits'), why));
      }
      for (const [resource] of entriesOf(limit[kind])) {
        errors.push(...nameCheck(at.child(kind).key(resource), resource));
        resources.add(resource);
      }
    }
    return [...errors, ...[...resources].sort().flatMap((resource) => relations(at, limit, resource))];
  });
}

/** A container without limits of its own gets these; what is not said follows from what is. */
function defaultLimits(limit: LimitRangeItem): void {
  if (limit.type !== 'Container') return;
  limit.default = { ...limit.max, ...limit.default };
  limit.defaultRequest = { ...limit.min, ...limit.default, ...limit.defaultRequest };
}

export const limitRange = defineKind<LimitRange>({
  resource: limitranges,
  defaults(draft) {
    draft.spec ??= { limits: [] };
    for (const limit of draft.spec.limits ?? []) defaultLimits(limit);
  },
  validate,
  columns: [name(), createdAt()],
});
