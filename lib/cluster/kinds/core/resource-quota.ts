import { invalid, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { canonicalQuantity } from '../../machinery/quantity.ts';
import { resourcequotas } from '../../schema/generated/resources.ts';
import type {
  ResourceQuota,
  ResourceQuotaSpec,
  ScopedResourceSelectorRequirement,
} from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { entriesOf, IMMUTABLE } from '../shared/field-rules.ts';
import { internalForm } from '../shared/internal-form.ts';
import { isQuotaResource, validateQuotaResourceName, validateResourceQuantity } from '../shared/resource-names.ts';

const SPEC = FieldPath.of('spec');
const SCOPES = SPEC.child('scopes');
const POD_SCOPES = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
];
const CLAIM_SCOPES = ['VolumeAttributesClass'];
/** What a scope of pods can count. */
const POD_RESOURCES = [
  'pods',
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
];
const CLAIM_RESOURCES = ['persistentvolumeclaims', 'requests.storage'];
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];

const isScope = (scope: string) => POD_SCOPES.includes(scope) || CLAIM_SCOPES.includes(scope);

function canCount(scope: string, resource: string): boolean {
  if (scope === 'BestEffort') return resource === 'pods';
  if (CLAIM_SCOPES.includes(scope)) return CLAIM_RESOURCES.includes(resource);
  return !isScope(scope) || POD_RESOURCES.includes(resource);
}

const uncountable = ({ hard }: ResourceQuotaSpec, scope: string): string[] =>
  entriesOf(hard)
    .map(([resource]) => resource)
    .filter((resource) => isQuotaResource(resource) && !canCount(scope, resource));

const conflicting = (scopes: readonly string[]) =>
  CONFLICTS.filter((pair) => pair.every((scope) => scopes.includes(scope)));

function scopeErrors(spec: ResourceQuotaSpec): FieldError[] {
  const scopes = spec.scopes ?? [];
  return [
    ...scopes.flatMap((scope) => [
      ...(isScope(scope) ? [] : [invalid(SCOPES, scopes, 'unsupported scope')]),
      ...uncountable(spec, scope).map(() => invalid(SCOPES, scopes, 'unsupported scope applied to resource')),
    ]),
    ...conflicting(scopes).map(() => invalid(SCOPES, scopes, 'conflicting scopes')),
  ];
}

const ONLY_EXISTS =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

function expressionErrors(at: FieldPath, spec: ResourceQuotaSpec, e: ScopedResourceSelectorRequirement): FieldError[] {
  const values = e.values ?? [];
  const errors: FieldError[] = [];
  if (!isScope(e.scopeName)) errors.push(invalid(at.child('scopeName'), e.scopeName, 'unsupported scope'));
  for (let n = uncountable(spec, e.scopeName).length; n > 0; n--) {
    errors.push(
      invalid(at, internalForm('ScopeSelector', spec.scopeSelector), 'unsupported scope applied to resource'),
    );
  }
  const named = e.scopeName === 'PriorityClass' || CLAIM_SCOPES.includes(e.scopeName);
  if (isScope(e.scopeName) && !named && e.operator !== 'Exists')
    errors.push(invalid(at.child('operator'), e.operator, ONLY_EXISTS));
  if (e.operator === 'In' || e.operator === 'NotIn') {
    if (!values.length) {
      errors.push(
        required(
          at.child('values'),
          "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
        ),
      );
    }
  } else if (e.operator === 'Exists' || e.operator === 'DoesNotExist') {
    const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    if (values.length) errors.push(invalid(at.child('values'), values, why));
  } else errors.push(invalid(at.child('operator'), e.operator, 'not a valid selector operator'));
  return errors;
}

function selectorErrors(spec: ResourceQuotaSpec): FieldError[] {
  const at = SPEC.child('scopeSelector', 'matchExpressions');
  const expressions = spec.scopeSelector?.matchExpressions ?? [];
  return [
    ...expressions.flatMap((e) => expressionErrors(at, spec, e)),
    ...conflicting(expressions.map((e) => e.scopeName)).map(() =>
      invalid(at, spec.scopes ?? null, 'conflicting scopes'),
    ),
  ];
}

function amounts(at: FieldPath, list: Record<string, string> | undefined): FieldError[] {
  return entriesOf(list).flatMap(([resource, quantity]) => [
    ...validateQuotaResourceName(at.key(resource), resource),
    ...validateResourceQuantity(at.key(resource), resource, quantity),
  ]);
}

function validateStatus({ status }: ResourceQuota): FieldError[] {
  const at = FieldPath.of('status');
  return [...amounts(at.child('hard'), status?.hard), ...amounts(at.child('used'), status?.used)];
}

function validate(quota: ResourceQuota): FieldError[] {
  const spec = quota.spec ?? {};
  return [...amounts(SPEC.child('hard'), spec.hard), ...scopeErrors(spec), ...selectorErrors(spec)];
}

function validateUpdate(quota: ResourceQuota, old: ResourceQuota): FieldError[] {
  const [now, before] = [new Set(quota.spec?.scopes), new Set(old.spec?.scopes)];
  const same = now.size === before.size && [...now].every((scope) => before.has(scope));
  return same ? validate(quota) : [...validate(quota), invalid(SCOPES, quota.spec?.scopes ?? null, IMMUTABLE)];
}

/** `pods: 1/4`, for the resources that are limits or for the others. */
function usage({ status }: ResourceQuota, limits: boolean): string {
  return entriesOf(status?.hard)
    .filter(([resource]) => resource.startsWith('limits.') === limits)
    .map(
      ([resource, hard]) =>
        `${resource}: ${canonicalQuantity(status?.used?.[resource] ?? '0')}/${canonicalQuantity(hard)}`,
    )
    .join(', ');
}

export const resourceQuota = defineKind<ResourceQuota>({
  resource: resourcequotas,
  defaults(draft) {
    draft.spec ??= {};
    draft.status ??= {};
  },
  prepareForCreate(draft) {
    draft.status = {};
  },
  validate,
  validateUpdate,
  validateStatusUpdate: validateStatus,
  answersWithDeleted: true,
  columns: [
    name(),
    column('Request', 'string', 'What is used of the requests and counts.', (o) => usage(o, false)),
    column('Limit', 'string', 'What is used of the limits.', (o) => usage(o, true)),
    age(),
  ],
});
