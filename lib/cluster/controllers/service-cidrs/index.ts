import { startReconciler } from '../../client/reconciler.ts';
import { cidrContains, parseAddress, parseCidr } from '../../machinery/names-of-addresses.ts';
import { formatTime } from '../../machinery/object.ts';
import { ipaddresses, servicecidrs } from '../../schema/generated/resources.ts';
import type { ServiceCIDR } from '../../schema/generated/types.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { withCondition } from '../shared/conditions.ts';

const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
/** How long the API servers have to notice that nothing more may be taken from a range, before it goes. */
const GRACE_MS = 10_000;

const READY = { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' };
const IN_USE = {
  status: 'False',
  reason: 'Terminating',
  message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
};

const rangesOf = ({ spec }: ServiceCIDR) => (spec.cidrs ?? []).flatMap((text) => parseCidr(text) ?? []);

const contains = (range: ServiceCIDR, ip: string): boolean => {
  const address = parseAddress(ip);
  return address !== undefined && rangesOf(range).some((cidr) => cidrContains(cidr, address));
};

/** Makes ranges of service addresses usable, and keeps those in use (upstream: pkg/controller/servicecidrs). */
export const serviceCidrs: Controller = {
  name: 'service-cidr-controller',
  serviceAccount: 'service-cidrs-controller',
  start: startServiceCidrs,
};

function startServiceCidrs(context: ControllerContext) {
  const { client, clock, informers } = context;
  const ranges = informers.informer(servicecidrs);
  const addresses = informers.informer(ipaddresses);

  /** Whether an address lies in this range and in no other that stays. */
  const holdsAddresses = (range: ServiceCIDR): boolean => {
    const others = ranges.list().filter((r) => r.metadata.uid !== range.metadata.uid && !r.metadata.deletionTimestamp);
    return addresses
      .list()
      .some(({ metadata: { name } }) => contains(range, name) && !others.some((other) => contains(other, name)));
  };

  async function tell(range: ServiceCIDR, told: typeof READY): Promise<void> {
    const conditions = range.status?.conditions;
    const next = withCondition(conditions, { type: 'Ready', ...told, lastTransitionTime: formatTime(clock.now()) });
    if (next !== conditions)
      await client.updateStatus(servicecidrs, { ...range, status: { ...range.status, conditions: [...next] } });
  }

  const reconciler = startReconciler({
    ...context,
    informers: [ranges, addresses],
    async reconcile(name) {
      const range = ranges.get('', name);
      if (!range) return;
      const { finalizers = [], deletionTimestamp } = range.metadata;
      if (!deletionTimestamp) {
        if (finalizers.includes(FINALIZER)) return tell(range, READY);
        const metadata = { ...range.metadata, finalizers: [...finalizers, FINALIZER] };
        await client.update(servicecidrs, { ...range, metadata });
        return;
      }
      if (!finalizers.includes(FINALIZER)) return;
      if (holdsAddresses(range)) return tell(range, IN_USE);
      const left = Date.parse(deletionTimestamp) + GRACE_MS - clock.now();
      if (left > 0) return reconciler.queue.addAfter(name, left);
      const metadata = { ...range.metadata, finalizers: finalizers.filter((f) => f !== FINALIZER) };
      await client.update(servicecidrs, { ...range, metadata });
    },
  });
  const enqueueAll = () => {
    for (const range of ranges.list()) reconciler.queue.add(range.metadata.name);
  };
  reconciler.own(
    // Another range may take over the addresses of one that goes.
    ranges.onEvent({
      add: enqueueAll,
      update: (range) => reconciler.queue.add(range.metadata.name),
      delete: enqueueAll,
    }),
    addresses.onEvent({
      delete: ({ metadata: { name } }) => {
        for (const range of ranges.list()) if (contains(range, name)) reconciler.queue.add(range.metadata.name);
      },
    }),
  );
  return reconciler;
}
