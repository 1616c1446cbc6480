import { forbidden, invalid, required, type FieldError } from '../../../machinery/field-error.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import { labelValue } from '../../../machinery/names.ts';
import { nameIsDnsSubdomain } from '../../../machinery/names-of-objects.ts';
import type { LabelSelector } from '../../../machinery/selector.ts';
import type {
  Affinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
} from '../../../schema/generated/types.ts';
import { complaints, labelName, qualified, validateLabelSelector } from '../field-rules.ts';

function nodeRequirement(at: FieldPath, r: NodeSelectorRequirement, checkValues: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const values = r.values ?? [];
  const here = at.child('values');
  switch (r.operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) errors.push(required(here, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0)
        errors.push(forbidden(here, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1)
        errors.push(required(here, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      break;
    default:
      errors.push(invalid(at.child('operator'), r.operator ?? '', 'not a valid selector operator'));
  }
  errors.push(...qualified(at.child('key'), r.key ?? ''));
  if (checkValues) values.forEach((value, i) => errors.push(...complaints(here.index(i), value, labelValue(value))));
  return errors;
}

function nodeField(at: FieldPath, r: NodeSelectorRequirement): FieldError[] {
  const errors: FieldError[] = [];
  const values = r.values ?? [];
  if (r.operator === 'In' || r.operator === 'NotIn') {
    if (values.length !== 1) {
      errors.push(
        required(
          at.child('values'),
          "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
        ),
      );
    }
  } else errors.push(invalid(at.child('operator'), r.operator ?? '', 'not a valid selector operator'));
  if (r.key !== 'metadata.name') errors.push(invalid(at.child('key'), r.key ?? '', 'not a valid field selector key'));
  else
    values.forEach((value, i) =>
      errors.push(...complaints(at.child('values').index(i), value, nameIsDnsSubdomain(value, false))),
    );
  return errors;
}

function nodeTerm(at: FieldPath, term: NodeSelectorTerm, checkValues: boolean): FieldError[] {
  return [
    ...(term.matchExpressions ?? []).flatMap((r, i) =>
      nodeRequirement(at.child('matchExpressions').index(i), r, checkValues),
    ),
    ...(term.matchFields ?? []).flatMap((r, i) => nodeField(at.child('matchFields').index(i), r)),
  ];
}

/** Required node terms, of a pod's affinity or a volume's. */
export function validateNodeSelector(at: FieldPath, selector: NodeSelector): FieldError[] {
  const terms = selector.nodeSelectorTerms ?? [];
  const here = at.child('nodeSelectorTerms');
  if (terms.length === 0) return [required(here, 'must have at least one node selector term')];
  return terms.flatMap((term, i) => nodeTerm(here.index(i), term, true));
}

const weight = (at: FieldPath, value: number | undefined): FieldError[] =>
  (value ?? 0) >= 1 && (value ?? 0) <= 100
    ? []
    : [invalid(at.child('weight'), value ?? 0, 'must be in the range 1-100')];

function labelKeys(at: FieldPath, keys: readonly string[], selector: LabelSelector | undefined): FieldError[] {
  if (keys.length === 0) return [];
  if (!selector) return [forbidden(at, 'must not be specified when labelSelector is not set')];
  return keys.flatMap((key, i) => qualified(at.index(i), key));
}

/** matchLabelKeys end up as expressions of the selector: one that the selector has already would be contradicted. */
function matchLabelKeys(at: FieldPath, term: PodAffinityTerm): FieldError[] {
  const { matchLabelKeys: match = [], mismatchLabelKeys: mismatch = [], labelSelector: selector } = term;
  const errors = [
    ...labelKeys(at.child('matchLabelKeys'), match, selector),
    ...labelKeys(at.child('mismatchLabelKeys'), mismatch, selector),
  ];
  const seen = new Set(Object.keys(selector?.matchLabels ?? {}));
  for (const { key } of selector?.matchExpressions ?? []) {
    const i = match.indexOf(key);
    if (i >= 0 && seen.has(key))
      errors.push(invalid(at.index(i), key, 'exists in both matchLabelKeys and labelSelector'));
    seen.add(key);
  }
  match.forEach((key, i) => {
    if (mismatch.includes(key)) {
      errors.push(
        invalid(at.child('matchLabelKeys').index(i), key, 'exists in both matchLabelKeys and mismatchLabelKeys'),
      );
    }
  });
  return errors;
}

function podTerm(at: FieldPath, term: PodAffinityTerm): FieldError[] {
  const key = term.topologyKey ?? '';
  return [
    ...validateLabelSelector(at.child('labelSelector'), term.labelSelector),
    ...validateLabelSelector(at.child('namespaceSelector'), term.namespaceSelector),
    ...(term.namespaces ?? []).flatMap((name) => labelName(at.child('namespace'), name)),
    ...matchLabelKeys(at, term),
    ...(key ? [] : [required(at.child('topologyKey'), 'can not be empty')]),
    ...qualified(at.child('topologyKey'), key),
  ];
}

function podAffinity(at: FieldPath, affinity: PodAffinity): FieldError[] {
  const requiredAt = at.child('requiredDuringSchedulingIgnoredDuringExecution');
  const preferredAt = at.child('preferredDuringSchedulingIgnoredDuringExecution');
  return [
    ...(affinity.requiredDuringSchedulingIgnoredDuringExecution ?? []).flatMap((term, i) =>
      podTerm(requiredAt.index(i), term),
    ),
    ...(affinity.preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap((term, i) => [
      ...weight(preferredAt.index(i), term.weight),
      ...podTerm(preferredAt.index(i).child('podAffinityTerm'), term.podAffinityTerm ?? {}),
    ]),
  ];
}

export function validateAffinity(at: FieldPath, affinity: Affinity | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const node = affinity?.nodeAffinity;
  const requiredNodes = node?.requiredDuringSchedulingIgnoredDuringExecution;
  const nodeAt = at.child('nodeAffinity');
  if (requiredNodes) {
    errors.push(...validateNodeSelector(nodeAt.child('requiredDuringSchedulingIgnoredDuringExecution'), requiredNodes));
  }
  (node?.preferredDuringSchedulingIgnoredDuringExecution ?? []).forEach((term, i) => {
    const here = nodeAt.child('preferredDuringSchedulingIgnoredDuringExecution').index(i);
    // Values of preferred terms are never checked: a term that matches nothing does no harm.
    errors.push(...weight(here, term.weight), ...nodeTerm(here.child('preference'), term.preference ?? {}, false));
  });
  if (affinity?.podAffinity) errors.push(...podAffinity(at.child('podAffinity'), affinity.podAffinity));
  if (affinity?.podAntiAffinity) errors.push(...podAffinity(at.child('podAntiAffinity'), affinity.podAntiAffinity));
  return errors;
}
