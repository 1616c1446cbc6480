import { deepClone } from '../../kit/deep.ts';
import { isJsonObject, type JsonObject } from '../machinery/object.ts';
import type { Profile, ProfileObject } from './profile.ts';
import { recordedFiles, recordedObjects } from './recorded.ts';
import { threeNode } from './three-node.ts';

const [node] = threeNode.nodes;
const GONE = new Set(threeNode.nodes.slice(1).map((n) => n.name));

/** The node that an object belongs to, if it belongs to one. */
function nodeOf({ resource, object }: ProfileObject): string | undefined {
  if (['nodes', 'csinodes.storage.k8s.io'].includes(resource)) return object.metadata.name;
  if (resource === 'leases.coordination.k8s.io' && object.metadata.namespace === 'kube-node-lease')
    return object.metadata.name;
  const { spec } = object as { spec?: { nodeName?: string } };
  return resource === 'pods' ? spec?.nodeName : undefined;
}

const METRICS_POD_IP = { from: '10.244.2.4', to: '10.244.0.4' };

/** Metrics-server moves to the node that is left; its endpoints follow. */
function move<T>(value: T): T {
  const text = JSON.stringify(value)
    .replaceAll(METRICS_POD_IP.from, METRICS_POD_IP.to)
    .replaceAll('"node02"', `"${node?.name}"`)
    .replaceAll('"172.30.1.4"', `"${node?.ip}"`);
  return JSON.parse(text) as T;
}

function adapt({ resource, object }: ProfileObject): ProfileObject {
  const draft = deepClone(object) as JsonObject & ProfileObject['object'];
  // Its only node takes every pod: without the taint, as single-node clusters are set up.
  if (resource === 'nodes' && isJsonObject(draft.spec)) delete draft.spec.taints;
  if (resource === 'daemonsets.apps' && isJsonObject(draft.status)) {
    for (const [field, value] of Object.entries(draft.status)) if (value === 3) draft.status[field] = 1;
  }
  return { resource, object: draft };
}

function build(): ProfileObject[] {
  return recordedObjects()
    .filter((o) => !GONE.has(nodeOf(o) ?? '') || o.object.metadata.name.startsWith('metrics-server-'))
    .map((o) => adapt(JSON.stringify(o.object).includes(METRICS_POD_IP.from) ? move(o) : o));
}

let objects: readonly ProfileObject[] | undefined;

/** A control plane that also runs the workload: for exercises that need no second machine. */
export const oneNode: Profile = {
  name: 'one-node',
  nodes: threeNode.nodes.slice(0, 1),
  serviceCidr: threeNode.serviceCidr,
  objects: () => (objects ??= build()),
  files: () => recordedFiles('controlplane'),
};
