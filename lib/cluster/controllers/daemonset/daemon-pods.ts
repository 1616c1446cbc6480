import { matchesNodeAffinity } from '../../client/semantics/node-affinity.ts';
import { untolerated } from '../../client/semantics/taints.ts';
import { deepClone } from '../../../kit/deep.ts';
import { daemonsets } from '../../schema/generated/resources.ts';
import type { DaemonSet, Node, NodeSelector, Pod, Toleration } from '../../schema/generated/types.ts';
import { podFromTemplate } from '../shared/pod-control.ts';
import { REVISION_HASH } from '../shared/revisions.ts';

export const GENERATION_LABEL = 'pod-template-generation';

const tolerate = (key: string, effect: string): Toleration => ({
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
  effect,
});

/** Daemons stay on troubled nodes. */
const TOLERATIONS: readonly Toleration[] = [
  tolerate('not-ready', 'NoExecute'),
  tolerate('unreachable', 'NoExecute'),
  tolerate('disk-pressure', 'NoSchedule'),
  tolerate('memory-pressure', 'NoSchedule'),
  tolerate('pid-pressure', 'NoSchedule'),
  tolerate('unschedulable', 'NoSchedule'),
];

function withTolerations(given: readonly Toleration[] = [], hostNetwork: boolean | undefined): Toleration[] {
  const extra = hostNetwork ? [...TOLERATIONS, tolerate('network-unavailable', 'NoSchedule')] : TOLERATIONS;
  const has = (t: Toleration) =>
    given.some((g) => g.key === t.key && g.effect === t.effect && g.operator === t.operator);
  return [...given, ...extra.filter((t) => !has(t))];
}

/** A term for each of the template's terms, held to one node. */
function pinned(required: NodeSelector | undefined, node: string): NodeSelector {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  const terms = required?.nodeSelectorTerms ?? [];
  return { nodeSelectorTerms: terms.length > 0 ? terms.map((t) => ({ ...t, matchFields })) : [{ matchFields }] };
}

/** The pod of a daemon set for one node. */
export function daemonPod(set: DaemonSet, node: string, hash: string): Pod {
  const pod = podFromTemplate(set.spec.template, daemonsets, set);
  const { spec } = pod;
  pod.metadata.labels = {
    ...pod.metadata.labels,
    [REVISION_HASH]: hash,
    [GENERATION_LABEL]: set.metadata.annotations?.['deprecated.daemonset.template.generation'] ?? '1',
  };
  spec.tolerations = withTolerations(spec.tolerations, spec.hostNetwork);
  const { nodeAffinity, ...affinity } = deepClone(spec.affinity ?? {});
  const required = pinned(nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution, node);
  spec.affinity = {
    nodeAffinity: { ...nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required },
    ...affinity,
  };
  return pod;
}

/** The node that a daemon pod is for, bound to it or not yet. */
export function nodeOf({ spec }: Pod): string {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return spec.nodeName || (terms?.[0]?.matchFields?.[0]?.values?.[0] ?? '');
}

/** Whether a daemon should start on a node, and whether one that runs there may stay. */
export function belongsOn(set: DaemonSet, node: Node): { start: boolean; stay: boolean } {
  const { spec } = set.spec.template;
  const pod: Pod = {
    metadata: { name: '' },
    spec: { containers: [], ...spec, tolerations: withTolerations(spec?.tolerations, spec?.hostNetwork) },
  };
  if (spec?.nodeName && spec.nodeName !== node.metadata.name) return { start: false, stay: false };
  if (!matchesNodeAffinity(pod, node)) return { start: false, stay: false };
  return {
    start: untolerated(pod, node, 'NoSchedule', 'NoExecute').length === 0,
    stay: untolerated(pod, node, 'NoExecute').length === 0,
  };
}
