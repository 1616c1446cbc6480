import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  required,
  type FieldError,
} from '../../../machinery/field-error.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import type { TopologySpreadConstraint } from '../../../schema/generated/types.ts';
import { POSITIVE, qualified, validateLabelSelector } from '../field-rules.ts';

const POLICIES = ['Honor', 'Ignore'];
const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];

const policy = (at: FieldPath, value: string | undefined): FieldError[] =>
  value === undefined || POLICIES.includes(value) ? [] : [notSupported(at, value, POLICIES)];

function matchLabelKeys(
  at: FieldPath,
  { matchLabelKeys: keys = [], labelSelector: selector }: TopologySpreadConstraint,
): FieldError[] {
  if (keys.length === 0) return [];
  const known = new Set([
    ...Object.keys(selector?.matchLabels ?? {}),
    ...(selector?.matchExpressions ?? []).map((e) => e.key),
  ]);
  const errors = selector ? [] : [forbidden(at, 'must not be specified when labelSelector is not set')];
  keys.forEach((key, i) => {
    errors.push(...qualified(at.index(i), key));
    if (known.has(key)) errors.push(invalid(at.index(i), key, 'exists in both matchLabelKeys and labelSelector'));
  });
  return errors;
}

export function validateTopologySpread(
  at: FieldPath,
  constraints: readonly TopologySpreadConstraint[] | undefined,
): FieldError[] {
  const all = constraints ?? [];
  return all.flatMap((c, i) => {
    const here = at.index(i);
    const { minDomains } = c;
    const [topologyKey, action] = [c.topologyKey ?? '', c.whenUnsatisfiable ?? ''];
    const errors: FieldError[] = [];
    if ((c.maxSkew ?? 0) <= 0) errors.push(invalid(here.child('maxSkew'), c.maxSkew ?? 0, POSITIVE));
    if (!topologyKey) errors.push(required(here.child('topologyKey'), 'can not be empty'));
    if (!ACTIONS.includes(action)) errors.push(notSupported(here.child('whenUnsatisfiable'), action, ACTIONS));
    if (all.slice(i + 1).some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === action)) {
      errors.push(duplicate(here.child('{topologyKey, whenUnsatisfiable}'), `{${topologyKey}, ${action}}`));
    }
    if (minDomains !== undefined) {
      if (minDomains <= 0) errors.push(invalid(here.child('minDomains'), minDomains, POSITIVE));
      if (action !== 'DoNotSchedule') {
        const why = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`;
        errors.push(invalid(here.child('minDomains'), minDomains, why));
      }
    }
    return [
      ...errors,
      ...policy(here.child('nodeAffinityPolicy'), c.nodeAffinityPolicy),
      ...policy(here.child('nodeTaintsPolicy'), c.nodeTaintsPolicy),
      ...matchLabelKeys(here.child('matchLabelKeys'), c),
      ...validateLabelSelector(here.child('labelSelector'), c.labelSelector),
    ];
  });
}
