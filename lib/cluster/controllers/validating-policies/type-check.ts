import { admissionScope, compile, withVariables, type CelType } from '../../cel/index.ts';
import { parseApiVersion, type GroupVersionKind } from '../../machinery/resource.ts';
import type {
  ExpressionWarning,
  NamedRuleWithOperations,
  ValidatingAdmissionPolicy,
} from '../../schema/generated/types.ts';

/** What the API serves, as far as type checking asks for it. */
export interface ServedTypes {
  kindsOf(group: string, version: string, resource: string): readonly GroupVersionKind[];
  typeOf(gvk: GroupVersionKind): CelType | undefined;
}

/** How many kinds of one rule are checked. */
const MOST = 10;

const hasWildcard = (names: readonly string[] = []) => names.some((name) => name.includes('*'));

function kindsOfRule(rule: NamedRuleWithOperations, served: ServedTypes): GroupVersionKind[] {
  const { apiGroups = [], apiVersions = [], resources = [] } = rule;
  if (hasWildcard(apiGroups) || hasWildcard(apiVersions)) return [];
  const plain = resources.filter((name) => !/[*/]/.test(name)).sort();
  return [...apiGroups]
    .sort()
    .flatMap((group) =>
      [...apiVersions].sort().flatMap((version) => plain.flatMap((name) => served.kindsOf(group, version, name))),
    )
    .slice(0, MOST);
}

const show = ({ group, version, kind }: GroupVersionKind) => `${group}/${version}, Kind=${kind}`;

/** The kinds that a policy's rules name, in order and once each. */
function kindsOf({ spec }: ValidatingAdmissionPolicy, served: ServedTypes): GroupVersionKind[] {
  const all = (spec.matchConstraints?.resourceRules ?? []).flatMap((rule) => kindsOfRule(rule, served));
  return [...new Map(all.map((gvk) => [show(gvk), gvk])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, gvk]) => gvk);
}

function paramsType({ spec }: ValidatingAdmissionPolicy, served: ServedTypes): CelType | undefined {
  const { apiVersion = '', kind = '' } = spec.paramKind ?? {};
  return kind ? served.typeOf({ ...parseApiVersion(apiVersion), kind }) : undefined;
}

/**
 * What does not fit the types of the kinds that a policy is about: `object.spec.replicas > '1'` of a Deployment
 * (upstream: plugin/policy/validating/typechecking.go). Empty when all fits, or nothing is known.
 */
export function typeWarnings(policy: ValidatingAdmissionPolicy, served: ServedTypes): ExpressionWarning[] {
  const params = paramsType(policy, served);
  const { validations = [], variables = [], paramKind } = policy.spec;
  const scopes = kindsOf(policy, served).flatMap((gvk) => {
    const object = served.typeOf(gvk);
    if (!object) return [];
    const scope = admissionScope({ hasParams: paramKind !== undefined, object, ...(params ? { params } : {}) });
    return [{ gvk, scope: withVariables(scope, variables).scope }];
  });
  const check = (fieldRef: string, expression: string | undefined): ExpressionWarning[] => {
    if (!expression) return [];
    const complaints = scopes.flatMap(({ gvk, scope }) => {
      const compiled = compile(expression, scope);
      return compiled.ok ? [] : [`${show(gvk)}: ${compiled.error}\n`];
    });
    return complaints.length ? [{ fieldRef, warning: complaints.join('\n') }] : [];
  };
  return validations.flatMap(({ expression, messageExpression }, i) => [
    ...check(`spec.validations[${i}].expression`, expression),
    ...check(`spec.validations[${i}].messageExpression`, messageExpression),
  ]);
}
