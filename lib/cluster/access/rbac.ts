import type { UserInfo } from '../machinery/user.ts';
import type { Attributes, Authorizer, Decision } from './authorizer.ts';

export interface PolicyRule {
  verbs: readonly string[];
  apiGroups?: readonly string[];
  resources?: readonly string[];
  resourceNames?: readonly string[];
  nonResourceURLs?: readonly string[];
}

interface RoleRef {
  kind: string;
  name: string;
}

interface Subject {
  kind: string;
  name: string;
  namespace?: string;
}

export interface RoleObject {
  metadata: { name: string; namespace?: string };
  rules?: readonly PolicyRule[];
}

export interface BindingObject {
  metadata: { name: string; namespace?: string };
  roleRef: RoleRef;
  subjects?: readonly Subject[];
}

/** Where the authorizer finds roles and bindings; all frozen. `version` changes whenever any of them does. */
export interface RbacObjects {
  version(): number;
  clusterRoleBindings(): readonly BindingObject[];
  roleBindings(): readonly BindingObject[];
  clusterRole(name: string): RoleObject | undefined;
  role(namespace: string, name: string): RoleObject | undefined;
}

const has = (list: readonly string[] | undefined, value: string) =>
  list !== undefined && (list.includes('*') || list.includes(value));

function resourceMatches(resources: readonly string[] | undefined, resource: string, subresource: string): boolean {
  if (!resources) return false;
  const whole = subresource ? `${resource}/${subresource}` : resource;
  return resources.some((r) => r === '*' || r === whole || (subresource !== '' && r === `*/${subresource}`));
}

/** `/healthz/*` matches everything below `/healthz/`; `*` everything. */
function pathMatches(patterns: readonly string[] | undefined, path: string): boolean {
  return (patterns ?? []).some((p) => p === '*' || p === path || (p.endsWith('*') && path.startsWith(p.slice(0, -1))));
}

/** Whether one rule allows what is asked (rbac.RuleAllows). */
export function ruleAllows(rule: PolicyRule, a: Attributes): boolean {
  if (!has(rule.verbs, a.verb)) return false;
  if (a.path !== undefined) return pathMatches(rule.nonResourceURLs, a.path);
  return (
    has(rule.apiGroups, a.group ?? '') &&
    resourceMatches(rule.resources, a.resource ?? '', a.subresource ?? '') &&
    (!rule.resourceNames?.length || (a.name !== undefined && rule.resourceNames.includes(a.name)))
  );
}

const subjectKey = (s: Subject, bindingNamespace: string | undefined) => {
  if (s.kind === 'ServiceAccount')
    return `User/system:serviceaccount:${s.namespace ?? bindingNamespace ?? ''}:${s.name}`;
  return `${s.kind}/${s.name}`;
};

const subjectText = (s: Subject, namespace: string | undefined) =>
  s.kind === 'ServiceAccount'
    ? `ServiceAccount "${s.name}/${s.namespace ?? namespace ?? ''}"`
    : `${s.kind} "${s.name}"`;

interface Grant {
  binding: BindingObject;
  subject: Subject;
}

/** Kubernetes' role-based access control over whatever roles and bindings there are now. */
export class RbacAuthorizer implements Authorizer {
  readonly #objects: RbacObjects;
  #version = -1;
  /** Bindings by subject, rebuilt when any role or binding has changed. */
  #grants = new Map<string, Grant[]>();

  constructor(objects: RbacObjects) {
    this.#objects = objects;
  }

  authorize(a: Attributes): Decision {
    for (const { binding, subject, rules } of this.#bindingsOf(a.user, a.namespace)) {
      if (rules.some((rule) => ruleAllows(rule, a))) return { allowed: true, reason: grantReason(binding, subject) };
    }
    return { allowed: false, reason: '' };
  }

  /** Every rule that holds for a user in a namespace ('' for the cluster's scope alone): SelfSubjectRulesReview, escalation checks. */
  rulesFor(user: UserInfo, namespace: string): PolicyRule[] {
    return [...this.#bindingsOf(user, namespace)].flatMap((grant) => [...grant.rules]);
  }

  /** The rules behind a binding's reference; undefined when the role does not exist. */
  rulesOf(ref: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    const role =
      ref.kind === 'ClusterRole' ? this.#objects.clusterRole(ref.name) : this.#objects.role(namespace, ref.name);
    return role && (role.rules ?? []);
  }

  *#bindingsOf(user: UserInfo, namespace: string | undefined): Generator<Grant & { rules: readonly PolicyRule[] }> {
    this.#refresh();
    for (const key of [`User/${user.username}`, ...user.groups.map((g) => `Group/${g}`)]) {
      for (const grant of this.#grants.get(key) ?? []) {
        const scope = grant.binding.metadata.namespace;
        if (scope !== undefined && scope !== namespace) continue;
        const rules = this.rulesOf(grant.binding.roleRef, scope ?? '');
        if (rules) yield { ...grant, rules };
      }
    }
  }

  #refresh(): void {
    const version = this.#objects.version();
    if (version === this.#version) return;
    this.#version = version;
    this.#grants = new Map();
    for (const binding of [...this.#objects.clusterRoleBindings(), ...this.#objects.roleBindings()]) {
      for (const subject of binding.subjects ?? []) {
        const key = subjectKey(subject, binding.metadata.namespace);
        const grants = this.#grants.get(key);
        if (grants) grants.push({ binding, subject });
        else this.#grants.set(key, [{ binding, subject }]);
      }
    }
  }
}

function grantReason({ metadata, roleRef }: BindingObject, subject: Subject): string {
  const binding = metadata.namespace
    ? `RoleBinding "${metadata.name}/${metadata.namespace}"`
    : `ClusterRoleBinding "${metadata.name}"`;
  return `RBAC: allowed by ${binding} of ${roleRef.kind} "${roleRef.name}" to ${subjectText(subject, metadata.namespace)}`;
}
