import { invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { dns1035Label, dns1123Subdomain } from '../../machinery/names.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
} from '../../schema/generated/types.ts';

const SPEC = FieldPath.of('spec');
const NAMES = SPEC.child('names');
const APPROVAL = 'api-approved.kubernetes.io';

const joined = (at: FieldPath, value: string, messages: readonly string[], before = ''): FieldError[] =>
  messages.length > 0 ? [invalid(at, value, before + messages.join(','))] : [];

const label = (at: FieldPath, value: string | undefined): FieldError[] =>
  value ? joined(at, value, dns1035Label(value)) : [];

const kindName = (at: FieldPath, value: string | undefined): FieldError[] =>
  value
    ? joined(at, value, dns1035Label(value.toLowerCase()), 'may have mixed case, but should otherwise match: ')
    : [];

/** Group and scope. */
export function validateGroupAndScope({ group, scope }: Partial<CustomResourceDefinitionSpec>): FieldError[] {
  const at = SPEC.child('group');
  const errors: FieldError[] = [];
  if (!group) errors.push(required(at));
  else {
    const complaints = joined(at, group, dns1123Subdomain(group));
    if (complaints.length === 0 && !group.includes('.'))
      complaints.push(invalid(at, group, 'should be a domain with at least one dot'));
    errors.push(...complaints);
  }
  if (!scope) errors.push(required(SPEC.child('scope')));
  else if (scope !== 'Cluster' && scope !== 'Namespaced')
    errors.push(notSupported(SPEC.child('scope'), scope, ['Cluster', 'Namespaced']));
  return errors;
}

export function validateNames(names: Partial<CustomResourceDefinitionNames>): FieldError[] {
  const { plural, singular, kind, listKind, shortNames = [], categories = [] } = names;
  const needed = ['plural', 'singular', 'kind', 'listKind'] as const;
  return [
    ...needed.flatMap((key) => (names[key] ? [] : [required(NAMES.child(key))])),
    ...label(NAMES.child('plural'), plural),
    ...label(NAMES.child('singular'), singular),
    ...kindName(NAMES.child('kind'), kind),
    ...kindName(NAMES.child('listKind'), listKind),
    ...shortNames.flatMap((name, i) => joined(NAMES.child('shortNames').index(i), name, dns1035Label(name))),
    ...(kind && kind === listKind
      ? [invalid(NAMES.child('listKind'), listKind, 'kind and listKind may not be the same')]
      : []),
    ...categories.flatMap((name, i) => joined(NAMES.child('categories').index(i), name, dns1035Label(name))),
  ];
}

const isProtected = (group: string) => /(^|\.)(k8s|kubernetes)\.io$/.test(group);

function approvalState(annotations: Readonly<Record<string, string>> = {}): 'missing' | 'invalid' | 'given' {
  const value = annotations[APPROVAL];
  if (!value) return 'missing';
  return value.startsWith('unapproved') || (URL.canParse(value) && /^https?:\/\/[^/]/.test(value))
    ? 'given'
    : 'invalid';
}

/** A group of the project's own domains needs a note of who approved it. */
export function validateApproval(object: CustomResourceDefinition, old?: CustomResourceDefinition): FieldError[] {
  if (!isProtected(object.spec.group ?? '')) return [];
  const { annotations } = object.metadata;
  const state = approvalState(annotations);
  if (state === 'given' || (old && approvalState(old.metadata.annotations) === state)) return [];
  const at = FieldPath.of('metadata', 'annotations').key(APPROVAL);
  if (state === 'invalid') {
    return [
      invalid(
        at,
        annotations?.[APPROVAL],
        `protected groups must have approval annotation "${APPROVAL}" with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111`,
      ),
    ];
  }
  return [
    required(
      at,
      `protected groups must have approval annotation "${APPROVAL}", see https://github.com/kubernetes/enhancements/pull/1111`,
    ),
  ];
}
