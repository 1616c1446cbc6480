import { deepEqual } from '../../../kit/deep.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import { nodes, pods } from '../../schema/generated/resources.ts';
import type { Node, PersistentVolumeClaim, Pod } from '../../schema/generated/types.ts';
import { refuse, type AdmissionContext, type AdmissionPlugin, type AdmissionRequest } from '../plugin.ts';
import { mirrorPodComplaint } from './mirror-pod.ts';
import { forbiddenLabels } from './node-labels.ts';

const PREFIX = 'system:node:';
const NODES_GROUP = 'system:nodes';
const LEASES = 'kube-node-lease';

type Check = (node: string, request: AdmissionRequest, context: AdmissionContext) => void | Promise<void>;

async function uidOf(node: string, { client }: AdmissionContext): Promise<string | undefined> {
  try {
    return (await client.get(nodes, '', node)).metadata.uid;
  } catch (err) {
    if (isNotFound(err)) return undefined;
    throw err;
  }
}

const checkPod: Check = async (node, request, context) => {
  const { operation, subresource } = request;
  const old = request.oldObject as unknown as Pod | undefined;
  if (subresource === 'status') {
    const pod = request.object as unknown as Pod;
    if (old?.spec.nodeName !== node)
      throw refuse(request, `node "${node}" can only update pod status for pods with spec.nodeName set to itself`);
    if (!deepEqual(pod.metadata.labels ?? {}, old.metadata.labels ?? {}))
      throw refuse(request, `node "${node}" cannot update labels through pod status`);
  } else if (subresource === 'eviction') {
    const pod = await context.client.get(pods, request.namespace, request.name);
    if (pod.spec.nodeName !== node)
      throw refuse(request, `node ${node} can only evict pods with spec.nodeName set to itself`);
  } else if (subresource) {
    throw refuse(request, `unexpected pod subresource "${subresource}", only 'status' and 'eviction' are allowed`);
  } else if (operation === 'CREATE') {
    const complaint = mirrorPodComplaint(request.object as unknown as Pod, node, await uidOf(node, context));
    if (complaint) throw refuse(request, complaint);
  } else if (operation === 'DELETE') {
    if (old?.spec.nodeName !== node)
      throw refuse(request, `node "${node}" can only delete pods with spec.nodeName set to itself`);
  } else {
    throw refuse(request, `unexpected operation "${operation}", node "${node}" can only create and delete mirror pods`);
  }
};

const checkNode: Check = (node, request) => {
  const { name, operation } = request;
  if (name !== node) throw refuse(request, `node "${node}" is not allowed to modify node "${name}"`);
  const object = request.object as unknown as Node | undefined;
  const old = request.oldObject as unknown as Node | undefined;
  if (operation === 'CREATE') {
    const labels = forbiddenLabels(object?.metadata.labels);
    if (labels.length)
      throw refuse(request, `node "${node}" is not allowed to set the following labels: ${labels.join(', ')}`);
  } else if (operation === 'UPDATE') {
    if (!deepEqual(object?.spec?.taints ?? [], old?.spec?.taints ?? []))
      throw refuse(request, `node "${node}" is not allowed to modify taints`);
    const labels = forbiddenLabels(object?.metadata.labels, old?.metadata.labels);
    if (labels.length) throw refuse(request, `is not allowed to modify labels: ${labels.join(', ')}`);
  }
};

/** What a node may not change of a claim: all but its size and conditions. */
function fixedPart({ metadata, spec, status = {} }: PersistentVolumeClaim): unknown {
  const { phase, accessModes } = status;
  const { labels, annotations, finalizers, ownerReferences } = metadata;
  return { labels, annotations, finalizers, ownerReferences, spec, phase, accessModes };
}

const checkClaim: Check = (node, request) => {
  if (request.subresource !== 'status') throw refuse(request, 'may only update PVC status');
  const [claim, old] = [request.object, request.oldObject] as unknown as [PersistentVolumeClaim, PersistentVolumeClaim];
  if (!deepEqual(fixedPart(claim), fixedPart(old)))
    throw refuse(
      request,
      `node "${node}" is not allowed to update fields other than status.capacity and status.conditions`,
    );
};

const checkToken: Check = async (node, request, { client }) => {
  const { operation, subresource } = request;
  if (operation !== 'CREATE' || subresource !== 'token') return;
  const spec = request.object?.spec as
    { boundObjectRef?: { apiVersion?: string; kind?: string; name?: string; uid?: string } } | undefined;
  const { apiVersion, kind, name, uid } = spec?.boundObjectRef ?? {};
  if (apiVersion !== 'v1' || kind !== 'Pod' || !name) throw refuse(request, 'node requested token not bound to a pod');
  if (!uid) throw refuse(request, 'node requested token with a pod binding without a uid');
  const pod = await client.get(pods, request.namespace, name);
  if (pod.metadata.uid !== uid) {
    throw refuse(
      request,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  if (pod.spec.nodeName !== node)
    throw refuse(request, 'node requested token bound to a pod scheduled on a different node');
};

const checkLease: Check = (node, request) => {
  if (request.namespace !== LEASES) throw refuse(request, `can only access leases in the "${LEASES}" system namespace`);
  if (request.name !== node)
    throw refuse(request, 'can only access node lease with the same name as the requesting node');
};

const checkCsiNode: Check = (node, request) => {
  if (request.name !== node) throw refuse(request, 'can only access CSINode with the same name as the requesting node');
};

const CHECKS: Readonly<Record<string, Check>> = {
  pods: checkPod,
  nodes: checkNode,
  persistentvolumeclaims: checkClaim,
  serviceaccounts: checkToken,
  'leases.coordination.k8s.io': checkLease,
  'csinodes.storage.k8s.io': checkCsiNode,
};

/** Keeps a kubelet to its own Node, its own pods and what belongs to them. */
export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  enabledByDefault: false,
  async admit(request, context) {
    const { user, resource } = request;
    if (!user.groups.includes(NODES_GROUP) || !user.username.startsWith(PREFIX) || request.operation === 'CONNECT')
      return;
    const key = resource.group ? `${resource.resource}.${resource.group}` : resource.resource;
    await CHECKS[key]?.(user.username.slice(PREFIX.length), request, context);
  },
};
