import type { Attributes, Authorizer, Decision } from './authorizer.ts';
import { ruleAllows, type PolicyRule } from './rbac.ts';

/** What a node's pods refer to, read from committed state. */
export interface NodeGraph {
  /** Whether the object is one of the node's, or a pod on the node refers to it (directly, or through a claim). */
  refersTo(node: string, resource: string, namespace: string, name: string): boolean;
}

const NODE_PREFIX = 'system:node:';
const NODES_GROUP = 'system:nodes';
const LEASES = 'kube-node-lease';

/** What any node may do beside its graph (upstream: bootstrappolicy.NodeRules, those without a graph check). */
const NODE_RULES: readonly PolicyRule[] = [
  { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'] },
  {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['localsubjectaccessreviews', 'subjectaccessreviews'],
  },
  { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['services'] },
  { verbs: ['get'], apiGroups: [''], resources: ['endpoints'] },
  { verbs: ['create', 'patch', 'update'], apiGroups: ['', 'events.k8s.io'], resources: ['events'] },
  {
    verbs: ['create', 'get', 'list', 'watch'],
    apiGroups: ['certificates.k8s.io'],
    resources: ['certificatesigningrequests'],
  },
  { verbs: ['get', 'list', 'watch'], apiGroups: ['storage.k8s.io'], resources: ['csidrivers'] },
  { verbs: ['get', 'list', 'watch'], apiGroups: ['node.k8s.io'], resources: ['runtimeclasses'] },
];

const allow: Decision = { allowed: true, reason: '' };
const deny = (reason = ''): Decision => ({ allowed: false, reason });

/** Lets a kubelet read just what its own pods need (`--authorization-mode=Node`). */
export class NodeAuthorizer implements Authorizer {
  readonly #graph: NodeGraph;

  constructor(graph: NodeGraph) {
    this.#graph = graph;
  }

  authorize(a: Attributes): Decision {
    const { user, group = '', resource = '' } = a;
    if (!user.groups.includes(NODES_GROUP) || !user.username.startsWith(NODE_PREFIX)) return deny();
    if (a.path !== undefined) return deny();
    const node = user.username.slice(NODE_PREFIX.length);
    switch (group ? `${resource}.${group}` : resource) {
      case 'secrets':
      case 'configmaps':
        return this.#readNamespaced(node, a);
      case 'persistentvolumeclaims':
        return a.subresource === 'status' ? this.#updateStatus(node, a) : this.#get(node, a);
      case 'persistentvolumes':
      case 'resourceclaims.resource.k8s.io':
      case 'volumeattachments.storage.k8s.io':
        return this.#get(node, a);
      case 'serviceaccounts':
        return this.#serviceAccount(node, a);
      case 'leases.coordination.k8s.io':
        return lease(node, a);
      case 'csinodes.storage.k8s.io':
        return csiNode(node, a);
      case 'resourceslices.resource.k8s.io':
        return this.#slice(node, a);
      case 'nodes':
        return nodeItself(node, a);
      case 'pods':
        return this.#pod(node, a);
      default:
        return NODE_RULES.some((rule) => ruleAllows(rule, a)) ? allow : deny();
    }
  }

  #updateStatus(node: string, a: Attributes): Decision {
    return ['update', 'patch'].includes(a.verb) ? this.#related(node, a) : deny('can only get/update/patch this type');
  }

  #get(node: string, a: Attributes): Decision {
    if (a.verb !== 'get') return deny('can only get individual resources of this type');
    return a.subresource ? deny('cannot get subresource') : this.#related(node, a);
  }

  #readNamespaced(node: string, a: Attributes): Decision {
    if (!READ.includes(a.verb)) return deny('can only read resources of this type');
    if (a.subresource) return deny('cannot read subresource');
    return a.namespace ? this.#related(node, a) : deny('can only read namespaced object of this type');
  }

  #serviceAccount(node: string, a: Attributes): Decision {
    if (a.verb === 'get' && !a.subresource) return this.#related(node, a);
    if (a.verb !== 'create' || !a.name) return deny('can only create tokens for individual service accounts');
    if (a.subresource !== 'token') return deny('can only create token subresource of serviceaccount');
    return this.#related(node, a);
  }

  #slice(node: string, a: Attributes): Decision {
    if (a.subresource) return deny('cannot authorize ResourceSlice subresources');
    if (a.verb === 'create') return allow;
    if (['get', 'update', 'patch', 'delete'].includes(a.verb)) return this.#related(node, a);
    if (!['watch', 'list', 'deletecollection'].includes(a.verb)) return deny(SLICE_VERBS);
    return selects(a, 'nodeName', node)
      ? allow
      : deny('can only list/watch/deletecollection resourceslices with nodeName field selector');
  }

  #pod(node: string, a: Attributes): Decision {
    const { verb, subresource = '' } = a;
    if (subresource === '' && verb === 'get') return this.#related(node, a);
    if (subresource === '' && (verb === 'list' || verb === 'watch')) {
      if (selects(a, 'spec.nodeName', node)) return allow;
      return a.name ? this.#related(node, a) : deny('can only list/watch pods with spec.nodeName field selector');
    }
    return POD_WRITES[subresource]?.includes(verb) ? allow : deny();
  }

  #related(node: string, { resource = '', namespace = '', name = '' }: Attributes): Decision {
    if (!name) return deny('No Object name found');
    if (this.#graph.refersTo(node, resource, namespace, name)) return allow;
    return deny(`no relationship found between node '${node}' and this object`);
  }
}

const READ: readonly string[] = ['get', 'list', 'watch'];
const OWN_VERBS: readonly string[] = ['get', 'create', 'update', 'patch', 'delete'];
const SLICE_VERBS =
  'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection';

/** Writes that NodeRestriction looks at more closely. */
const POD_WRITES: Readonly<Record<string, readonly string[]>> = {
  '': ['create', 'delete'],
  status: ['update', 'patch'],
  eviction: ['create'],
};

const selects = ({ fieldSelector = [] }: Attributes, field: string, value: string) =>
  fieldSelector.some((term) => term.field === field && term.equal && term.value === value);

function lease(node: string, { verb, namespace, name }: Attributes): Decision {
  if (!OWN_VERBS.includes(verb)) return deny('can only get, create, update, patch, or delete a node lease');
  if (namespace !== LEASES) return deny(`can only access leases in the "${LEASES}" system namespace`);
  // The name of what is created is in its body, which NodeRestriction sees.
  if (verb === 'create' || name === node) return allow;
  return deny('can only access node lease with the same name as the requesting node');
}

function csiNode(node: string, { verb, subresource, name }: Attributes): Decision {
  if (!OWN_VERBS.includes(verb)) return deny('can only get, create, update, patch, or delete a CSINode');
  if (subresource) return deny('cannot authorize CSINode subresources');
  if (verb === 'create' || name === node) return allow;
  return deny('can only access CSINode with the same name as the requesting node');
}

function nodeItself(node: string, { verb, subresource = '', name = '' }: Attributes): Decision {
  if (subresource === 'status') return ['update', 'patch'].includes(verb) ? allow : deny();
  if (subresource) return deny();
  if (['create', 'update', 'patch'].includes(verb)) return allow;
  if (!READ.includes(verb)) return deny();
  if (name === node) return allow;
  return deny(`node '${node}' cannot read ${name ? `'${name}'` : 'all nodes'}, only its own Node object`);
}
