import type { IdentityObjects } from './access/authenticator.ts';
import type { NodeGraph } from './access/node-authorizer.ts';
import type { BindingObject, PolicyRule, RbacAuthorizer, RbacObjects, RoleObject } from './access/rbac.ts';
import type { RuleResolver } from './apiserver/options.ts';
import type { JsonObject, KubeObject } from './machinery/object.ts';
import type { UserInfo } from './machinery/user.ts';
import type { PersistentVolumeClaim, Pod, PodSpec } from './schema/generated/types.ts';
import { storageKey, storagePrefix } from './store/keys.ts';
import type { Store } from './store/kv.ts';

/** What authentication and authorization read of the store: committed state, at once. */

const RBAC = 'rbac.authorization.k8s.io';
const CORE = '';

export function identityObjects(store: Store): IdentityObjects {
  return { find: (resource, namespace, name) => store.get(storageKey({ group: CORE, resource }, namespace, name)) };
}

/** Roles and bindings, listed again only when one of them has changed. */
export function rbacObjects(store: Store): RbacObjects {
  let version = 0;
  const resources = ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'];
  for (const resource of resources)
    store.watch(storagePrefix({ group: RBAC, resource }), store.revision, () => version++);
  const all = (resource: string) =>
    store.list(storagePrefix({ group: RBAC, resource })).items as unknown as BindingObject[];
  const one = (resource: string, namespace: string, name: string) =>
    store.get(storageKey({ group: RBAC, resource }, namespace, name)) as unknown as RoleObject | undefined;
  return {
    version: () => version,
    clusterRoleBindings: () => all('clusterrolebindings'),
    roleBindings: () => all('rolebindings'),
    clusterRole: (name) => one('clusterroles', '', name),
    role: (namespace, name) => one('roles', namespace, name),
  };
}

/** Names that a pod's spec refers to, by resource. */
function references(spec: PodSpec): Record<string, Set<string>> {
  const found: Record<string, Set<string>> = {
    secrets: new Set(),
    configmaps: new Set(),
    persistentvolumeclaims: new Set(),
    serviceaccounts: new Set(),
  };
  const add = (resource: string, name: string | undefined) => {
    if (name) found[resource]?.add(name);
  };
  add('serviceaccounts', spec.serviceAccountName);
  for (const s of spec.imagePullSecrets ?? []) add('secrets', s.name);
  for (const v of spec.volumes ?? []) {
    add('secrets', v.secret?.secretName);
    add('configmaps', v.configMap?.name);
    add('persistentvolumeclaims', v.persistentVolumeClaim?.claimName);
    for (const source of v.projected?.sources ?? []) {
      add('secrets', source.secret?.name);
      add('configmaps', source.configMap?.name);
    }
  }
  for (const c of [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])]) {
    for (const e of c.env ?? []) {
      add('secrets', e.valueFrom?.secretKeyRef?.name);
      add('configmaps', e.valueFrom?.configMapKeyRef?.name);
    }
    for (const e of c.envFrom ?? []) {
      add('secrets', e.secretRef?.name);
      add('configmaps', e.configMapRef?.name);
    }
  }
  return found;
}

/** What else belongs to a node: where the name of the node stands in it. */
const OWN: Readonly<Record<string, { group: string; nodeOf(object: JsonObject): unknown }>> = {
  pods: { group: CORE, nodeOf: ({ spec }) => (spec as JsonObject)['nodeName'] },
  volumeattachments: { group: 'storage.k8s.io', nodeOf: ({ spec }) => (spec as JsonObject)['nodeName'] },
  resourceslices: { group: 'resource.k8s.io', nodeOf: ({ spec }) => (spec as JsonObject)['nodeName'] },
};

/** A mirror pod refers to nothing: a node makes those itself, and could name what it likes. */
const isMirror = ({ metadata }: Pod) => metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;

export function nodeGraph(store: Store): NodeGraph {
  const podsOn = (node: string, namespace?: string) => {
    const pods = store.list(storagePrefix({ group: CORE, resource: 'pods' }, namespace)).items as unknown as Pod[];
    return pods.filter((p) => p.spec.nodeName === node && !isMirror(p));
  };
  const claimsOf = (pod: Pod) => [
    ...(references(pod.spec).persistentvolumeclaims ?? []),
    ...(pod.spec.volumes ?? []).filter((v) => v.ephemeral).map((v) => `${pod.metadata.name}-${v.name}`),
  ];
  return {
    refersTo(node, resource, namespace, name) {
      const own = OWN[resource];
      if (own) {
        const object = store.get(storageKey({ group: own.group, resource }, namespace || undefined, name));
        return object !== undefined && own.nodeOf(object as KubeObject & JsonObject) === node;
      }
      if (resource === 'persistentvolumes') {
        return podsOn(node).some((pod) =>
          claimsOf(pod).some((claim) => {
            const key = storageKey({ group: CORE, resource: 'persistentvolumeclaims' }, pod.metadata.namespace, claim);
            return (store.get(key) as unknown as PersistentVolumeClaim | undefined)?.spec.volumeName === name;
          }),
        );
      }
      return podsOn(node, namespace).some((pod) => {
        if (resource === 'persistentvolumeclaims') return claimsOf(pod).includes(name);
        if (resource === 'resourceclaims') return resourceClaimsOf(pod).includes(name);
        return references(pod.spec)[resource]?.has(name);
      });
    },
  };
}

/** Claims that a pod names, and those made for it. */
const resourceClaimsOf = ({ spec, status }: Pod): unknown[] => [
  ...(spec.resourceClaims ?? []).map((claim) => claim.resourceClaimName),
  ...(status?.resourceClaimStatuses ?? []).map((claim) => claim.resourceClaimName),
];

/** A user's rules in the form of a SelfSubjectRulesReview. */
export function rulesFor(
  rbac: RbacAuthorizer,
  user: UserInfo,
  namespace: string,
): ReturnType<RuleResolver['rulesFor']> {
  const rules = rbac.rulesFor(user, namespace);
  const copy = (values: readonly string[] | undefined) => (values?.length ? [...values] : undefined);
  const resourceRules = rules
    .filter((r) => r.resources?.length)
    .map((r) => ({
      verbs: [...r.verbs],
      apiGroups: copy(r.apiGroups),
      resources: copy(r.resources),
      resourceNames: copy(r.resourceNames),
    }));
  const nonResourceRules = rules
    .filter((r: PolicyRule) => r.nonResourceURLs?.length)
    .map((r) => ({ verbs: [...r.verbs], nonResourceURLs: copy(r.nonResourceURLs) }));
  return { resourceRules, nonResourceRules, incomplete: false };
}
