import { duplicate, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { nameIsPathSegment } from '../../machinery/names-of-objects.ts';
import type { NamedRuleWithOperations } from '../../schema/generated/types.ts';

import { complaints } from '../shared/field-rules.ts';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];

export function defaultRules(rules: readonly NamedRuleWithOperations[] | undefined): void {
  for (const rule of rules ?? []) rule.scope ??= '*';
}

function onlyWildcard(at: FieldPath, values: readonly string[] | undefined, what: string): FieldError[] {
  if (!values?.length) return [required(at)];
  return values.length > 1 && values.includes('*')
    ? [invalid(at, values, `if '*' is present, must not specify other ${what}`)]
    : [];
}

function validateResources(at: FieldPath, resources: readonly string[] | undefined): FieldError[] {
  if (!resources?.length) return [required(at)];
  const errors: FieldError[] = [];
  const wholes = new Set<string>();
  resources.forEach((text, i) => {
    const slash = text.indexOf('/');
    if (text === '') errors.push(required(at.index(i)));
    if (slash === -1) return;
    const [resource, sub] = [text.slice(0, slash), text.slice(slash + 1)];
    for (const whole of [`${resource}/*`, `*/${sub}`]) {
      if (wholes.has(whole))
        errors.push(invalid(at.index(i), text, `if '${whole}' is present, must not specify ${text}`));
    }
    if (sub === '*' || resource === '*') wholes.add(text);
  });
  if (resources.length > 1 && resources.includes('*/*'))
    errors.push(invalid(at, resources, "if '*/*' is present, must not specify other resources"));
  // Upstream looks at the last resource without a subresource only.
  const last = resources.findLast((text) => !text.includes('/'));
  if (resources.includes('*') && last !== '*')
    errors.push(invalid(at, resources, "if '*' is present, must not specify other resources without subresources"));
  return errors;
}

/** The rules of a webhook or of a policy: which operations on which resources. */
export function validateRules(rules: readonly NamedRuleWithOperations[] | undefined, list: FieldPath): FieldError[] {
  return (rules ?? []).flatMap((rule, i) => {
    const at = list.index(i);
    const operations = at.child('operations');
    const versions = at.child('apiVersions');
    const names = rule.resourceNames ?? [];
    return [
      ...names.flatMap((name, j) => [
        ...complaints(at.child('resourceNames').index(j), name, nameIsPathSegment(name, false)),
        ...(names.indexOf(name) < j ? [duplicate(at.child('resourceNames').index(j), name)] : []),
      ]),
      ...onlyWildcard(operations, rule.operations, 'operations'),
      ...(rule.operations ?? []).flatMap((operation, j) =>
        OPERATIONS.includes(operation) ? [] : [notSupported(operations.index(j), operation, OPERATIONS)],
      ),
      ...onlyWildcard(at.child('apiGroups'), rule.apiGroups, 'API groups'),
      ...onlyWildcard(versions, rule.apiVersions, 'API versions'),
      ...(rule.apiVersions ?? []).flatMap((version, j) => (version ? [] : [required(versions.index(j))])),
      ...validateResources(at.child('resources'), rule.resources),
      ...(rule.scope !== undefined && !SCOPES.includes(rule.scope)
        ? [notSupported(at.child('scope'), rule.scope, SCOPES)]
        : []),
    ];
  });
}
