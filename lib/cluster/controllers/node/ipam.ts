import { createEventRecorder } from '../../client/event-recorder.ts';
import { startReconciler } from '../../client/reconciler.ts';
import { nodes } from '../../schema/generated/resources.ts';
import type { Controller, ControllerContext } from '../controller.ts';

/** Gives each node its range of pod addresses (upstream: pkg/controller/nodeipam). */
export const nodeIpam: Controller = {
  name: 'node-ipam-controller',
  serviceAccount: 'node-controller',
  start: startIpam,
};

function parseRange(cidr: string): { base: number; bits: number } | undefined {
  const m = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  if (!m) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = m.slice(1).map(Number);
  return { base: ((a * 256 + b) * 256 + c) * 256 + d, bits };
}

const format = (n: number): string => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255].join('.');

/** The ranges of `/mask` in a CIDR, in order. */
export function* ranges(cidr: string, mask: number): Generator<string> {
  const range = parseRange(cidr);
  if (!range || mask < range.bits) return;
  const size = 2 ** (32 - mask);
  const count = 2 ** (mask - range.bits);
  for (let i = 0; i < count; i++) yield `${format(range.base + i * size)}/${mask}`;
}

function startIpam(context: ControllerContext) {
  const { client, informers, flags } = context;
  const cidr = flags.get('cluster-cidr')?.split(',')[0];
  if (flags.get('allocate-node-cidrs') !== 'true' || !cidr) return { stop: () => undefined };
  const mask = Number(flags.get('node-cidr-mask-size-ipv4') ?? flags.get('node-cidr-mask-size') ?? 24);
  const informer = informers.informer(nodes);
  const events = createEventRecorder({ ...context, component: 'cidrAllocator' });
  // One worker: two nodes must not be given the same range.
  const reconciler = startReconciler({
    ...context,
    workers: 1,
    informers: [informer],
    async reconcile(name) {
      const node = informer.get('', name);
      if (!node || node.spec.podCIDR) return;
      const used = new Set(informer.list().map((n) => n.spec.podCIDR));
      for (const podCIDR of ranges(cidr, mask)) {
        if (used.has(podCIDR)) continue;
        await client.patch(nodes, '', name, 'merge', { spec: { podCIDR, podCIDRs: [podCIDR] } });
        return;
      }
      events.event(nodes, node, 'Normal', 'CIDRNotAvailable', `Node ${name} status is now: CIDRNotAvailable`);
    },
  });
  reconciler.own(informer.onEvent({ add: (node) => reconciler.queue.add(node.metadata.name) }), () => events.stop());
  return reconciler;
}
