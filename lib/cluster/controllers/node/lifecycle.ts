import { createEventRecorder } from '../../client/event-recorder.ts';
import { startReconciler } from '../../client/reconciler.ts';
import { deepEqual } from '../../../kit/deep.ts';
import { formatTime } from '../../machinery/object.ts';
import { isConflict, isNotFound } from '../../machinery/status-error.ts';
import { leases, nodes, pods } from '../../schema/generated/resources.ts';
import type { Lease, Node, NodeCondition, Taint } from '../../schema/generated/types.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { isPodFinished, podCondition } from '../shared/pods.ts';

/** Notices nodes that went silent, and taints nodes by their conditions (upstream: pkg/controller/nodelifecycle). */
export const nodeLifecycle: Controller = {
  name: 'node-lifecycle-controller',
  serviceAccount: 'node-controller',
  start: startLifecycle,
};

/** `--node-monitor-grace-period` unless the flag says otherwise. */
const GRACE = 50_000;
const PREFIX = 'node.kubernetes.io/';
/** Conditions that a silent node loses, in upstream's order. */
const WATCHED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** Which taints a condition stands for: condition → status → key. */
const CONDITION_TAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: 'not-ready', Unknown: 'unreachable' },
  MemoryPressure: { True: 'memory-pressure' },
  DiskPressure: { True: 'disk-pressure' },
  NetworkUnavailable: { True: 'network-unavailable' },
  PIDPressure: { True: 'pid-pressure' },
};

function startLifecycle(context: ControllerContext) {
  const { client, informers, clock } = context;
  const grace = seconds(context.flags.get('node-monitor-grace-period')) ?? GRACE;
  const nodeInformer = informers.informer(nodes);
  const podInformer = informers.informer(pods);
  const leaseInformer = informers.informer(leases, { namespace: 'kube-node-lease' });
  podInformer.addIndex('node', (pod) => (pod.spec.nodeName ? [pod.spec.nodeName] : []));
  const events = createEventRecorder({ ...context, component: 'node-controller' });
  /** When each node was last heard of. */
  const heard = new Map<string, number>();
  const reconciler = startReconciler({ ...context, informers: [nodeInformer, leaseInformer, podInformer], reconcile });
  const { queue } = reconciler;
  const renewed = (lease: Lease) => void heard.set(lease.metadata.name, clock.now());
  reconciler.own(
    leaseInformer.onEvent({
      add: renewed,
      update: (lease, old) => {
        if (lease.spec.renewTime === old.spec.renewTime) return;
        renewed(lease);
        if (isUnknown(nodeInformer.get('', lease.metadata.name))) queue.add(lease.metadata.name);
      },
    }),
    nodeInformer.onEvent({
      add: (node) => {
        heard.set(node.metadata.name, clock.now());
        queue.add(node.metadata.name);
        nodeEvent(node, 'RegisteredNode', `Registered Node ${node.metadata.name} in Controller`);
      },
      update: (node, old) => {
        if (heartbeat(node) !== heartbeat(old)) heard.set(node.metadata.name, clock.now());
        queue.add(node.metadata.name);
      },
      delete: (node) => {
        heard.delete(node.metadata.name);
        nodeEvent(node, 'RemovingNode', `Removing Node ${node.metadata.name} from Controller`);
      },
    }),
    () => events.stop(),
  );

  function nodeEvent(node: Node, reason: string, what: string): void {
    events.event(nodes, node, 'Normal', reason, `Node ${node.metadata.name} event: ${what}`);
  }

  async function reconcile(name: string): Promise<void> {
    const node = nodeInformer.get('', name);
    if (!node) return;
    const silence = clock.now() - (heard.get(name) ?? clock.now());
    const silent = silence >= grace;
    if (silent && !isUnknown(node)) await declareUnknown(node);
    if (!silent) queue.addAfter(name, grace - silence);
    await syncTaints(nodeInformer.get('', name) ?? node);
    const ready = nodeInformer.get('', name)?.status?.conditions?.find((c) => c.type === 'Ready');
    if (ready && ready.status !== 'True') await markPodsNotReady(name);
  }

  async function declareUnknown(node: Node): Promise<void> {
    const now = formatTime(clock.now());
    const conditions = [...(node.status?.conditions ?? [])];
    for (const type of WATCHED) {
      const at = conditions.findIndex((c) => c.type === type);
      const old = conditions[at];
      const lost: NodeCondition = {
        type,
        status: 'Unknown',
        lastHeartbeatTime: old?.lastHeartbeatTime ?? node.metadata.creationTimestamp ?? now,
        lastTransitionTime: now,
        reason: old ? 'NodeStatusUnknown' : 'NodeStatusNeverUpdated',
        message: old ? 'Kubelet stopped posting node status.' : 'Kubelet never posted node status.',
      };
      if (!old) conditions.push(lost);
      else if (old.status !== 'Unknown') conditions[at] = lost;
    }
    await client.updateStatus(nodes, { ...node, status: { ...node.status, conditions } });
    const message = `Node ${node.metadata.name} status is now: NodeNotReady`;
    events.event(nodes, node, 'Normal', 'NodeNotReady', message);
  }

  /** NoSchedule for every condition, NoExecute for a node that is not ready. Taints of others stay. */
  async function syncTaints(node: Node): Promise<void> {
    const wanted: Taint[] = [];
    for (const [type, keys] of Object.entries(CONDITION_TAINTS)) {
      const key = keys[node.status?.conditions?.find((c) => c.type === type)?.status ?? ''];
      if (!key) continue;
      wanted.push({ key: PREFIX + key, effect: 'NoSchedule' });
      if (type === 'Ready') wanted.push({ key: PREFIX + key, effect: 'NoExecute' });
    }
    if (node.spec.unschedulable) wanted.push({ key: `${PREFIX}unschedulable`, effect: 'NoSchedule' });
    const ours = new Set([
      `${PREFIX}unschedulable`,
      ...Object.values(CONDITION_TAINTS).flatMap((keys) => Object.values(keys).map((key) => PREFIX + key)),
    ]);
    const old = node.spec.taints ?? [];
    const same = (a: Taint, b: Taint) => a.key === b.key && a.effect === b.effect;
    const managed = (t: Taint) => ours.has(t.key) && (t.effect === 'NoSchedule' || t.effect === 'NoExecute');
    const kept = old.filter((t) => !managed(t) || wanted.some((w) => same(w, t)));
    const timeAdded = formatTime(clock.now());
    const added = wanted.filter((w) => !old.some((t) => same(t, w))).map((w) => ({ ...w, timeAdded }));
    const taints = [...kept, ...added];
    if (deepEqual(taints, old)) return;
    try {
      const { resourceVersion, name } = node.metadata;
      const patch = { metadata: { resourceVersion }, spec: { taints: taints.length > 0 ? taints : null } };
      await client.patch(nodes, '', name, 'merge', patch);
    } catch (error) {
      if (isConflict(error)) queue.add(node.metadata.name);
      else if (!isNotFound(error)) throw error;
    }
  }

  /** Pods of a node that is not ready are not ready either, so that services leave them out. */
  async function markPodsNotReady(name: string): Promise<void> {
    for (const pod of podInformer.byIndex('node', name)) {
      const ready = podCondition(pod, 'Ready');
      if (ready?.status !== 'True' || isPodFinished(pod)) continue;
      const { namespace = '', name: podName } = pod.metadata;
      const lastTransitionTime = formatTime(clock.now());
      const patch = { status: { conditions: [{ type: 'Ready', status: 'False', lastTransitionTime }] } };
      await client
        .patch(pods, namespace, podName, 'strategic', patch, { subresource: 'status' })
        .catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
      events.event(pods, pod, 'Warning', 'NodeNotReady', 'Node is not ready');
    }
  }

  return reconciler;
}

const isUnknown = (node: Node | undefined): boolean =>
  node?.status?.conditions?.find((c) => c.type === 'Ready')?.status === 'Unknown';

const heartbeat = (node: Node): string | undefined =>
  node.status?.conditions?.find((c) => c.type === 'Ready' && c.status !== 'Unknown')?.lastHeartbeatTime;

/** `40s`, `1m30s` in milliseconds. */
function seconds(duration: string | undefined): number | undefined {
  const m = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(duration ?? '');
  if (!duration || !m) return undefined;
  return ((Number(m[1] ?? 0) * 60 + Number(m[2] ?? 0)) * 60 + Number(m[3] ?? 0)) * 1000;
}
