import { parseQuantity, quantityNanos } from '../machinery/quantity.ts';
import { limitranges, persistentvolumeclaims } from '../schema/generated/resources.ts';
import type { Container, LimitRange, LimitRangeItem, Pod } from '../schema/generated/types.ts';
import {
  createsPod,
  refuse,
  writes,
  type AdmissionContext,
  type AdmissionPlugin,
  type AdmissionRequest,
} from './plugin.ts';
import { podResources, type ResourceMap } from '../model/pod-resources.ts';

interface Usage {
  requests: ResourceMap;
  limits: ResourceMap;
}

const sortedKeys = (map: ResourceMap | undefined) => Object.keys(map ?? {}).sort();

function fillIn(container: Container, into: 'requests' | 'limits', defaults: ResourceMap | undefined): string[] {
  const missing = sortedKeys(defaults).filter((name) => container.resources?.[into]?.[name] === undefined);
  for (const name of missing) {
    container.resources ??= {};
    (container.resources[into] ??= {})[name] = defaults?.[name] ?? '';
  }
  return missing;
}

/** Gives containers what the range has for those that say nothing; returns what was set, in the annotation's words. */
function applyDefaults(pod: Pod, item: LimitRangeItem): string[] {
  const groups = [
    { containers: pod.spec.initContainers ?? [], title: 'init container' },
    // They may be missing: that is told later.
    { containers: pod.spec.containers ?? [], title: 'container' },
  ];
  return groups.flatMap(({ containers, title }) =>
    containers.flatMap((container) => {
      const limits = fillIn(container, 'limits', item.default);
      const requests = fillIn(container, 'requests', item.defaultRequest);
      return [
        ...(requests.length ? [`${requests.join(', ')} request for ${title} ${container.name}`] : []),
        ...(limits.length ? [`${limits.join(', ')} limit for ${title} ${container.name}`] : []),
      ];
    }),
  );
}

function minComplaint(type: string, name: string, least: string, { requests, limits }: Usage): string | undefined {
  const what = `minimum ${name} usage per ${type} is ${least}`;
  const [request, limit] = [requests[name], limits[name]];
  if (request === undefined) return `${what}.  No request is specified`;
  if (quantityNanos(request) < quantityNanos(least)) return `${what}, but request is ${request}`;
  if (limit !== undefined && quantityNanos(limit) < quantityNanos(least)) return `${what}, but limit is ${limit}`;
  return undefined;
}

function maxComplaint(type: string, name: string, most: string, { requests, limits }: Usage): string | undefined {
  const what = `maximum ${name} usage per ${type} is ${most}`;
  const [request, limit] = [requests[name], limits[name]];
  // A claim has requests alone.
  if (limit === undefined && type !== 'PersistentVolumeClaim') return `${what}.  No limit is specified`;
  if (limit !== undefined && quantityNanos(limit) > quantityNanos(most)) return `${what}, but limit is ${limit}`;
  if (request !== undefined && quantityNanos(request) > quantityNanos(most))
    return `${what}, but request is ${request}`;
  return undefined;
}

function ratioComplaint(type: string, name: string, most: string, { requests, limits }: Usage): string | undefined {
  const what = `${name} max limit to request ratio per ${type} is ${most}`;
  const [request, limit] = [quantityNanos(requests[name]), quantityNanos(limits[name])];
  if (request === 0n) return `${what}, but no request is specified or request is 0`;
  if (limit === 0n) return `${what}, but no limit is specified or limit is 0`;
  const ratio = Number(limit) / Number(request);
  const allowed = Number(parseQuantity(most)?.nanos ?? 0n) / 1e9;
  return ratio > allowed ? `${what}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}

function complaints(item: LimitRangeItem, usage: Usage): string[] {
  const check = (bounds: ResourceMap | undefined, complaint: typeof minComplaint) =>
    sortedKeys(bounds).flatMap((name) => complaint(item.type, name, bounds?.[name] ?? '', usage) ?? []);
  return [
    ...check(item.min, minComplaint),
    ...check(item.max, maxComplaint),
    ...check(item.maxLimitRequestRatio, ratioComplaint),
  ];
}

const usageOf = (container: { resources?: { requests?: ResourceMap; limits?: ResourceMap } }): Usage => ({
  requests: container.resources?.requests ?? {},
  limits: container.resources?.limits ?? {},
});

function podComplaints(pod: Pod, item: LimitRangeItem): string[] {
  if (item.type === 'Pod') return complaints(item, podResources(pod.spec));
  if (item.type !== 'Container') return [];
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].flatMap((c) => complaints(item, usageOf(c)));
}

/** What a range holds: stored as null when it is empty. */
const itemsOf = ({ spec }: LimitRange): readonly LimitRangeItem[] => spec.limits ?? [];

async function rangesIn(namespace: string, { client }: AdmissionContext): Promise<LimitRange[]> {
  const { items } = await client.list(limitranges, { namespace });
  return items.filter((r) => !r.metadata.deletionTimestamp);
}

function check(
  request: AdmissionRequest,
  ranges: readonly LimitRange[],
  complain: (item: LimitRangeItem) => string[],
): void {
  for (const range of ranges) {
    const found = [...new Set(itemsOf(range).flatMap(complain))];
    if (found.length) throw refuse(request, found.length === 1 ? (found[0] ?? '') : `[${found.join(', ')}]`);
  }
}

/** Defaults and bounds of a namespace's LimitRanges for containers, pods and claims. */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  enabledByDefault: true,
  async admit(request, context) {
    if (!createsPod(request)) return;
    const pod = request.object;
    const ranges = await rangesIn(request.namespace, context);
    const done = ranges.flatMap((r) =>
      itemsOf(r)
        .filter((i) => i.type === 'Container')
        .flatMap((i) => applyDefaults(pod, i)),
    );
    if (done.length)
      (pod.metadata.annotations ??= {})['kubernetes.io/limit-ranger'] = `LimitRanger plugin set: ${done.join('; ')}`;
  },
  async validate(request, context) {
    if (createsPod(request)) {
      const pod = request.object;
      check(request, await rangesIn(request.namespace, context), (item) => podComplaints(pod, item));
    } else if (writes(request, persistentvolumeclaims, 'CREATE', 'UPDATE')) {
      const claim = request.object;
      check(request, await rangesIn(request.namespace, context), (item) =>
        item.type === 'PersistentVolumeClaim' ? complaints(item, usageOf(claim.spec)) : [],
      );
    }
  },
};
