import { formatQuantity } from '../../machinery/quantity.ts';
import type { ApiRequest, ApiResult } from '../../machinery/api-request.ts';
import type { KubeletLocator, NodeUsage } from '../../machinery/kubelet-api.ts';
import type { JsonObject, KubeObject } from '../../machinery/object.ts';
import { formatTime } from '../../machinery/object.ts';
import { notFound, type StatusError } from '../../machinery/status-error.ts';
import { nodes, pods } from '../../schema/generated/resources.ts';
import { storageKey, storagePrefix } from '../../store/keys.ts';
import { asObject, type Call } from '../core.ts';
import { selectionOf } from '../selection.ts';

const WINDOW = '15s';
const NANO = 1_000_000_000n;

const cpu = (nanoCores: number) => `${Math.max(Math.round(nanoCores), 0)}n`;
const memory = (bytes: number) =>
  formatQuantity({ nanos: BigInt(Math.max(Math.round(bytes / 1024), 0)) * 1024n * NANO, format: 'binary' });

function usageOf(kubelets: KubeletLocator, node: KubeObject): NodeUsage | undefined {
  try {
    return kubelets(node).usage();
  } catch {
    // A node that cannot be reached has no figures.
    return undefined;
  }
}

/** Whether an object is one that a list is about; its selectors mean the node or pod. */
function chosen(call: Call): (object: KubeObject) => boolean {
  const selection = selectionOf(call.options, call.served.strategy);
  return (object) => selection.matches(asObject(object));
}

function metricsOf(call: Call, kind: string, object: KubeObject, rest: JsonObject): JsonObject {
  const { name, namespace, labels } = object.metadata;
  const now = formatTime(call.core.clock.now());
  return {
    kind,
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: { name, ...(namespace ? { namespace } : {}), creationTimestamp: now, ...(labels ? { labels } : {}) },
    timestamp: now,
    window: WINDOW,
    ...rest,
  };
}

/** The words of metrics-server, which asks its caches: of a node or pod that is not there, and of one without figures. */
function missing(call: Call): StatusError {
  const { namespace } = call;
  const about = namespace ? pods : nodes;
  if (call.core.store.get(storageKey(about, namespace, call.name)))
    return notFound(
      { group: 'metrics.k8s.io', resource: namespace ? 'podmetrics' : 'nodemetrics' },
      namespace ? `${namespace}/${call.name}` : call.name,
    );
  return notFound({ group: '', resource: namespace ? 'pods' : 'node' }, call.name);
}

function result(call: Call, request: ApiRequest, kind: string, items: JsonObject[]): ApiResult {
  const [first] = items;
  if (request.verb === 'get') {
    if (!first) throw missing(call);
    return { code: 200, object: first, warnings: [] };
  }
  return {
    code: 200,
    object: { kind: `${kind}List`, apiVersion: 'metrics.k8s.io/v1beta1', metadata: {}, items },
    warnings: [],
  };
}

function objectsFor(call: Call, resource: typeof nodes | typeof pods): readonly KubeObject[] {
  const { store } = call.core;
  if (!call.name) return store.list(storagePrefix(resource, call.namespace)).items;
  const one = store.get(storageKey(resource, call.namespace, call.name));
  return one ? [one] : [];
}

/** `metrics.k8s.io` nodes: what the kubelets measure now. */
export function nodeMetrics(call: Call, request: ApiRequest, kubelets: KubeletLocator): ApiResult {
  const items = objectsFor(call, nodes)
    .filter(chosen(call))
    .flatMap((node) => {
      const usage = usageOf(kubelets, node);
      if (!usage) return [];
      return [metricsOf(call, 'NodeMetrics', node, { usage: { cpu: cpu(usage.cpu), memory: memory(usage.memory) } })];
    });
  return result(call, request, 'NodeMetrics', items);
}

/** `metrics.k8s.io` pods. */
export function podMetrics(call: Call, request: ApiRequest, kubelets: KubeletLocator): ApiResult {
  const measured = new Map<string, NodeUsage['pods'][number]>();
  for (const node of call.core.store.list(storagePrefix(nodes)).items) {
    for (const pod of usageOf(kubelets, node)?.pods ?? []) measured.set(`${pod.namespace}/${pod.name}`, pod);
  }
  const items = objectsFor(call, pods)
    .filter(chosen(call))
    .flatMap((pod) => {
      const usage = measured.get(`${pod.metadata.namespace}/${pod.metadata.name}`);
      if (!usage) return [];
      const containers = usage.containers.map((c) => ({
        name: c.name,
        usage: { cpu: cpu(c.cpu), memory: memory(c.memory) },
      }));
      return [metricsOf(call, 'PodMetrics', pod, { containers })];
    });
  return result(call, request, 'PodMetrics', items);
}
