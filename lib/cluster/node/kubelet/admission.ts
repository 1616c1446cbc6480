import { quantityNanos } from '../../machinery/quantity.ts';
import type { Node, Pod } from '../../schema/generated/types.ts';

export interface Refusal {
  reason: string;
  message: string;
}

/** Whether a node takes a pod that was bound to it; the scheduler has asked already, `spec.nodeName` by hand has not. */
export function admit(pod: Pod, node: Node | undefined, others: readonly Pod[]): Refusal | undefined {
  if (!node) return undefined;
  for (const [key, value] of Object.entries(pod.spec.nodeSelector ?? {})) {
    if (node.metadata.labels?.[key] !== value) {
      return {
        reason: 'NodeAffinity',
        message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
      };
    }
  }
  const capacity = node.status?.allocatable ?? {};
  if (others.length >= Number(capacity.pods ?? 110)) {
    return {
      reason: 'OutOfpods',
      message: `Node didn't have enough resource: pods, requested: 1, used: ${others.length}, capacity: ${capacity.pods}`,
    };
  }
  for (const resource of ['cpu', 'memory', ...Object.keys(capacity).filter((k) => k.includes('/'))]) {
    const wanted = requestOf(pod, resource);
    if (wanted === 0n) continue;
    const used = others.reduce((sum, other) => sum + requestOf(other, resource), 0n);
    const total = quantityNanos(capacity[resource]);
    if (used + wanted > total) {
      const shown = (n: bigint) => String(resource === 'cpu' ? n / 1_000_000n : n / 1_000_000_000n);
      return {
        reason: `OutOf${resource}`,
        message: `Node didn't have enough resource: ${resource}, requested: ${shown(wanted)}, used: ${shown(used)}, capacity: ${shown(total)}`,
      };
    }
  }
  const taken = new Set(others.flatMap(hostPorts));
  if (hostPorts(pod).some((port) => taken.has(port))) {
    return {
      reason: 'NodePorts',
      message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    };
  }
  const refusing = (node.spec?.taints ?? []).find(
    (taint) => taint.effect === 'NoExecute' && !pod.spec.tolerations?.some((t) => tolerates(t, taint)),
  );
  if (refusing) {
    return { reason: 'TaintToleration', message: 'Predicate TaintToleration failed: node(s) had untolerated taint(s)' };
  }
  return undefined;
}

function tolerates(
  t: { key?: string; operator?: string; value?: string; effect?: string },
  taint: { key: string; value?: string; effect: string },
): boolean {
  if (t.effect && t.effect !== taint.effect) return false;
  if (t.key && t.key !== taint.key) return false;
  return t.operator === 'Exists' || (!t.key && t.operator === 'Exists') || (t.value ?? '') === (taint.value ?? '');
}

function hostPorts(pod: Pod): string[] {
  return pod.spec.containers.flatMap((c) =>
    (c.ports ?? []).flatMap((p) => (p.hostPort ? [`${p.protocol ?? 'TCP'}:${p.hostIP ?? ''}:${p.hostPort}`] : [])),
  );
}

function requestOf(pod: Pod, resource: string): bigint {
  const of = (c: Pod['spec']['containers'][number]) => quantityNanos(c.resources?.requests?.[resource]);
  const app = pod.spec.containers.reduce((sum, c) => sum + of(c), 0n);
  const init = (pod.spec.initContainers ?? []).reduce((most, c) => (of(c) > most ? of(c) : most), 0n);
  return (app > init ? app : init) + quantityNanos(pod.spec.overhead?.[resource]);
}
