import type { KubeObject } from '../machinery/object.ts';
import { quantityNanos } from '../machinery/quantity.ts';
import type { Container, PersistentVolumeClaim, Pod, ResourceQuota, Service } from '../schema/generated/types.ts';
import { podResources, type ResourceMap } from './pod-resources.ts';

/** What a ResourceQuota counts (upstream: pkg/quota/v1/evaluator/core). Shared by admission and the quota controller. */

interface ObjectOf {
  group: string;
  resource: string;
  object: KubeObject;
}

/** Resources that have a name of their own in a quota, beside `count/<resource>`. */
const COUNTED_BY_NAME = new Set([
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
]);
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const CLASS_SUFFIX = '.storageclass.storage.k8s.io/';

function podUsage(pod: Pod): ResourceMap {
  const { requests, limits } = podResources(pod.spec);
  const usage: ResourceMap = { pods: '1' };
  for (const [name, amount] of Object.entries(requests)) {
    // Extended resources are never overcommitted: only requests.<name> counts.
    if (COMPUTE.includes(name)) usage[name] = amount;
    usage[`requests.${name}`] = amount;
  }
  for (const [name, amount] of Object.entries(limits)) if (COMPUTE.includes(name)) usage[`limits.${name}`] = amount;
  return usage;
}

function serviceUsage({ spec }: Service): ResourceMap {
  const ports = spec.ports ?? [];
  const balanced = spec.type === 'LoadBalancer';
  const allocates = spec.type === 'NodePort' || (balanced && spec.allocateLoadBalancerNodePorts !== false);
  const nodePorts = allocates ? ports.length : ports.filter((p) => p.nodePort).length;
  return {
    services: '1',
    'services.loadbalancers': balanced ? '1' : '0',
    'services.nodeports': spec.type === 'NodePort' || balanced ? String(nodePorts) : '0',
  };
}

function claimUsage(claim: PersistentVolumeClaim): ResourceMap {
  const storage = claim.spec.resources?.requests?.storage ?? '0';
  const usage: ResourceMap = { persistentvolumeclaims: '1', 'requests.storage': storage };
  const name = claim.spec.storageClassName;
  if (name) {
    usage[`${name}${CLASS_SUFFIX}persistentvolumeclaims`] = '1';
    usage[`${name}${CLASS_SUFFIX}requests.storage`] = storage;
  }
  return usage;
}

const isEnded = (pod: Pod) => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** What one object adds to the use of each name that a quota may limit. A pod that has ended counts as an object only. */
export function quotaUsage({ group, resource, object }: ObjectOf): ResourceMap {
  const count = { [`count/${group ? `${resource}.${group}` : resource}`]: '1' };
  if (group !== '') return count;
  if (resource === 'pods') return isEnded(object as Pod) ? count : { ...count, ...podUsage(object as Pod) };
  if (resource === 'services') return { ...count, ...serviceUsage(object as Service) };
  if (resource === 'persistentvolumeclaims') return { ...count, ...claimUsage(object as PersistentVolumeClaim) };
  return COUNTED_BY_NAME.has(resource) ? { ...count, [resource]: '1' } : count;
}

const isBestEffort = (pod: Pod) => {
  const { requests, limits } = podResources(pod.spec);
  return [...COMPUTE].every((name) => quantityNanos(requests[name]) === 0n && quantityNanos(limits[name]) === 0n);
};

const SCOPES: Record<string, (pod: Pod) => boolean> = {
  Terminating: (pod) => pod.spec.activeDeadlineSeconds !== undefined,
  NotTerminating: (pod) => pod.spec.activeDeadlineSeconds === undefined,
  BestEffort: isBestEffort,
  NotBestEffort: (pod) => !isBestEffort(pod),
  PriorityClass: (pod) => Boolean(pod.spec.priorityClassName),
  CrossNamespacePodAffinity: (pod) =>
    [pod.spec.affinity?.podAffinity, pod.spec.affinity?.podAntiAffinity].some((a) =>
      [
        ...(a?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
        ...(a?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((p) => p.podAffinityTerm),
      ].some((term) => term.namespaces?.length || term.namespaceSelector),
    ),
};

/** Whether a quota's scopes take in an object. A quota with scopes counts pods only. */
export function quotaCovers(quota: ResourceQuota, { group, resource, object }: ObjectOf): boolean {
  const { scopes = [], scopeSelector } = quota.spec;
  const expressions = [
    ...scopes.map((scopeName) => ({ scopeName, operator: 'Exists', values: [] as string[] })),
    ...(scopeSelector?.matchExpressions ?? []),
  ];
  if (expressions.length === 0) return true;
  if (group !== '' || resource !== 'pods') return false;
  const pod = object as Pod;
  return expressions.every(({ scopeName, operator, values = [] }) => {
    const holds = SCOPES[scopeName]?.(pod) ?? false;
    if (scopeName !== 'PriorityClass') return holds;
    const named = values.includes(pod.spec.priorityClassName ?? '');
    if (operator === 'In') return holds && named;
    if (operator === 'NotIn') return !named;
    return operator === 'DoesNotExist' ? !holds : holds;
  });
}

/** Compute names of a quota's limits that a pod must state for each container. */
const MUST_STATE = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];

function states(container: Container, name: string): boolean {
  const [kind, resource] = name.includes('.') ? name.split('.') : ['requests', name];
  return container.resources?.[kind as 'requests' | 'limits']?.[resource ?? ''] !== undefined;
}

/** `limits.cpu for: main,side; …`: what a pod leaves open though the quota limits it; '' when nothing. */
export function quotaOmissions(quota: ResourceQuota, pod: Pod): string {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const podLevel = podResources({ ...pod.spec, containers: [], initContainers: [] });
  return Object.keys(quota.spec.hard ?? {})
    .filter((name) => MUST_STATE.includes(name))
    .sort()
    .flatMap((name) => {
      const [kind, resource] = name.includes('.') ? name.split('.') : ['requests', name];
      if (podLevel[kind as 'requests' | 'limits'][resource ?? ''] !== undefined) return [];
      const silent = containers.filter((c) => !states(c, name)).map((c) => c.name);
      return silent.length ? [`${name} for: ${[...new Set(silent)].sort().join(',')}`] : [];
    })
    .join('; ');
}
