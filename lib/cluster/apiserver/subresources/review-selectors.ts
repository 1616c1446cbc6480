import { forbidden, invalid, required, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { parseFieldSelector, type FieldTerm } from '../../machinery/field-selector.ts';
import { labelValue, qualifiedName } from '../../machinery/names.ts';
import type { ResourceAttributes } from '../../schema/generated/types.ts';

interface Requirement {
  key?: string;
  operator?: string;
  values?: readonly string[];
}

interface Selector {
  rawSelector?: string;
  requirements?: readonly Requirement[];
}

/** Operators that are unknown are let through: a newer client may know them. */
function checkValues({ operator, values = [] }: Requirement, at: FieldPath): FieldError[] {
  const here = at.child('values');
  if ((operator === 'In' || operator === 'NotIn') && values.length === 0)
    return [required(here, "must be specified when `operator` is 'In' or 'NotIn'")];
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0)
    return [forbidden(here, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
  return [];
}

function checkField(one: Requirement, at: FieldPath): FieldError[] {
  return [...(one.key ? [] : [required(at.child('key'), 'must be specified')]), ...checkValues(one, at)];
}

function checkLabel(one: Requirement, at: FieldPath): FieldError[] {
  const { key = '', values = [] } = one;
  return [
    ...checkValues(one, at),
    ...qualifiedName(key).map((why) => invalid(at.child('key'), key, why)),
    ...values.flatMap((value, i) => labelValue(value).map((why) => invalid(at.child('values').index(i), value, why))),
  ];
}

function checkSelector(
  selector: Selector | undefined,
  at: FieldPath,
  check: (one: Requirement, at: FieldPath) => FieldError[],
): FieldError[] {
  if (!selector) return [];
  const { rawSelector = '', requirements = [] } = selector;
  const errors: FieldError[] = [];
  if (rawSelector && requirements.length)
    errors.push(invalid(at.child('rawSelector'), rawSelector, 'may not specified at the same time as requirements'));
  if (!rawSelector && !requirements.length) {
    const why = `when ${at.toString()} is specified, requirements or rawSelector is required`;
    errors.push(required(at.child('requirements'), why));
  }
  return [...errors, ...requirements.flatMap((one, i) => check(one, at.child('requirements').index(i)))];
}

/** What is wrong with the selectors that a review asks about (upstream: authorization/validation). */
export const selectorErrors = (attributes: ResourceAttributes | undefined, at: FieldPath): FieldError[] => [
  ...checkSelector(attributes?.fieldSelector, at.child('fieldSelector'), checkField),
  ...checkSelector(attributes?.labelSelector, at.child('labelSelector'), checkLabel),
];

/** The field selector that a review asks about, as far as authorizers look at one: terms of one value. */
export function selectedFields({ fieldSelector }: ResourceAttributes): FieldTerm[] {
  const { rawSelector = '', requirements = [] }: Selector = fieldSelector ?? {};
  const raw = parseFieldSelector(rawSelector);
  const terms = requirements.flatMap(({ key, operator, values = [] }): FieldTerm[] => {
    const [value, ...others] = values;
    if (!key || value === undefined || others.length || (operator !== 'In' && operator !== 'NotIn')) return [];
    return [{ field: key, equal: operator === 'In', value }];
  });
  return [...(raw.ok ? raw.value : []), ...terms];
}
