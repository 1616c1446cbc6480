import { forbidden, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { dns1123Label } from '../../machinery/names.ts';
import type {
  FlowcontrolV1Subject as Subject,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
} from '../../schema/generated/types.ts';
import { labelName, subdomainName } from '../shared/field-rules.ts';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const FIELD_OF = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' } as const;
const KINDS = ['Group', 'ServiceAccount', 'User'];
const NAMESPACE_RULE = "each member of this list must be '*' or a DNS-1123 label; ";

function validateServiceAccount(subject: Subject['serviceAccount'], at: FieldPath): FieldError[] {
  if (!subject) return [required(at, "serviceAccount is required when subject kind is 'ServiceAccount'")];
  const { name, namespace } = subject;
  return [
    ...(name ? (name === '*' ? [] : subdomainName(at.child('name'), name)) : [required(at.child('name'))]),
    ...(namespace
      ? labelName(at.child('namespace'), namespace)
      : [required(at.child('namespace'), 'must specify namespace for service account')]),
  ];
}

function validateSubject(subject: Subject, at: FieldPath): FieldError[] {
  const { kind } = subject;
  if (kind !== 'ServiceAccount' && kind !== 'User' && kind !== 'Group') {
    return [notSupported(at.child('kind'), kind ?? '', KINDS)];
  }
  const field = FIELD_OF[kind];
  const errors =
    kind === 'ServiceAccount'
      ? validateServiceAccount(subject.serviceAccount, at.child(field))
      : !subject[field]
        ? [required(at.child(field), `${field} is required when subject kind is '${kind}'`)]
        : subject[field].name
          ? []
          : [required(at.child(field, 'name'))];
  for (const other of ['ServiceAccount', 'User', 'Group'] as const) {
    if (other !== kind && subject[FIELD_OF[other]]) {
      const why = `${FIELD_OF[other]} is forbidden when subject kind is not '${other}'`;
      errors.push(forbidden(at.child(FIELD_OF[other]), why));
    }
  }
  return errors;
}

/** `*` stands alone. */
function onlyStar(at: FieldPath, list: readonly string[], others: string): FieldError[] {
  return list.includes('*') && list.length > 1
    ? [invalid(at, list, `if '*' is present, must not specify other ${others}`)]
    : [];
}

function validateVerbs(verbs: readonly string[] | undefined, at: FieldPath): FieldError[] {
  if (!verbs?.length) return [required(at, 'verbs must contain at least one value')];
  if (verbs.includes('*')) return onlyStar(at, verbs, 'verbs');
  return verbs.every((verb) => VERBS.includes(verb)) ? [] : [notSupported(at, verbs, VERBS)];
}

function validateUrl(url: string, at: FieldPath): FieldError[] {
  const complaint = (why: string) => [invalid(at, url, why)];
  if (url === '') return complaint('must not be empty');
  if (url === '/') return [];
  if (!url.startsWith('/')) return complaint('must start with slash');
  if (url.includes(' ')) return complaint('must not contain white-space');
  if (url.includes('//')) return complaint('must not contain double slash');
  const stars = url.split('*').length - 1;
  return stars > 1 || (stars === 1 && !url.endsWith('/*')) ? complaint('wildcard can only do suffix matching') : [];
}

function validateNonResourceRule({ verbs, nonResourceURLs: urls }: Partial<NonResourcePolicyRule>, at: FieldPath) {
  const list = at.child('nonResourceURLs');
  const errors = validateVerbs(verbs, at.child('verbs'));
  if (!urls?.length) errors.push(required(list, 'nonResourceURLs must contain at least one value'));
  else if (urls.includes('*')) errors.push(...onlyStar(list, urls, 'non-resource URLs'));
  else errors.push(...urls.flatMap((url, i) => validateUrl(url, list.index(i))));
  return errors;
}

function validateResourceRule(rule: Partial<ResourcePolicyRule>, at: FieldPath): FieldError[] {
  const [apiGroups, resources, namespaces] = [rule.apiGroups ?? [], rule.resources ?? [], rule.namespaces ?? []];
  const errors = validateVerbs(rule.verbs, at.child('verbs'));
  const groups = at.child('apiGroups');
  if (!apiGroups.length) errors.push(required(groups, 'resource rules must supply at least one api group'));
  errors.push(...onlyStar(groups, apiGroups, 'api groups'));
  const list = at.child('resources');
  if (!resources.length) errors.push(required(list, 'resource rules must supply at least one resource'));
  errors.push(...onlyStar(list, resources, 'resources'));
  const spaces = at.child('namespaces');
  if (!namespaces.length && !rule.clusterScope) {
    const why = 'resource rules that are not cluster scoped must supply at least one namespace';
    errors.push(required(spaces, why));
  } else if (namespaces.includes('*')) errors.push(...onlyStar(spaces, namespaces, 'namespaces'));
  else {
    errors.push(
      ...namespaces.flatMap((text, i) =>
        dns1123Label(text).map((m) => invalid(spaces.index(i), text, NAMESPACE_RULE + m)),
      ),
    );
  }
  return errors;
}

/** One rule of a FlowSchema: who, and what they ask for. */
export function validateFlowRule(rule: Partial<PolicyRulesWithSubjects>, at: FieldPath): FieldError[] {
  const { resourceRules = [], nonResourceRules = [] } = rule;
  const subjects = rule.subjects ?? [];
  const list = at.child('subjects');
  const errors = subjects.length
    ? subjects.flatMap((subject, i) => validateSubject(subject, list.index(i)))
    : [required(list, 'subjects must contain at least one value')];
  if (!resourceRules.length && !nonResourceRules.length) {
    errors.push(required(at, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  }
  return [
    ...errors,
    ...resourceRules.flatMap((r, i) => validateResourceRule(r, at.child('resourceRules').index(i))),
    ...nonResourceRules.flatMap((r, i) => validateNonResourceRule(r, at.child('nonResourceRules').index(i))),
  ];
}
