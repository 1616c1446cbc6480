import type { Attributes, Authorizer, Decision } from './authorizer.ts';
import { ruleAllows, type PolicyRule } from './rbac.ts';

/** What a node's pods refer to, read from committed state. */
export interface NodeGraph {
  /** Whether a pod on the node refers to the object (directly, or a volume through its claim). */
  refersTo(node: string, resource: string, namespace: string, name: string): boolean;
}

const NODE_PREFIX = 'system:node:';
const NODES_GROUP = 'system:nodes';

/** What any node may do beside its graph (upstream: bootstrappolicy.NodeRules, those without a graph check). */
const NODE_RULES: readonly PolicyRule[] = [
  { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'] },
  {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['localsubjectaccessreviews', 'subjectaccessreviews'],
  },
  { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['services'] },
  { verbs: ['create', 'get', 'list', 'watch', 'patch', 'update'], apiGroups: [''], resources: ['nodes'] },
  { verbs: ['patch', 'update'], apiGroups: [''], resources: ['nodes/status'] },
  { verbs: ['create', 'patch', 'update'], apiGroups: ['', 'events.k8s.io'], resources: ['events'] },
  { verbs: ['get', 'list', 'watch', 'create', 'delete'], apiGroups: [''], resources: ['pods'] },
  { verbs: ['patch', 'update'], apiGroups: [''], resources: ['pods/status'] },
  { verbs: ['create'], apiGroups: [''], resources: ['pods/eviction'] },
  {
    verbs: ['create', 'get', 'list', 'watch'],
    apiGroups: ['certificates.k8s.io'],
    resources: ['certificatesigningrequests'],
  },
  { verbs: ['create', 'delete', 'get', 'patch', 'update'], apiGroups: ['coordination.k8s.io'], resources: ['leases'] },
  { verbs: ['get', 'list', 'watch'], apiGroups: ['storage.k8s.io'], resources: ['csidrivers'] },
  { verbs: ['create', 'delete', 'get', 'patch', 'update'], apiGroups: ['storage.k8s.io'], resources: ['csinodes'] },
  { verbs: ['get', 'list', 'watch'], apiGroups: ['node.k8s.io'], resources: ['runtimeclasses'] },
  { verbs: ['get', 'list', 'watch'], apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'] },
];

/** Reads that need a pod of the node to refer to the object. */
const REFERENCED = ['secrets', 'configmaps', 'persistentvolumeclaims', 'persistentvolumes', 'serviceaccounts'];

const allow: Decision = { allowed: true, reason: '' };
const deny = (reason: string): Decision => ({ allowed: false, reason });

/** Lets a kubelet read just what its own pods need (`--authorization-mode=Node`). */
export class NodeAuthorizer implements Authorizer {
  readonly #graph: NodeGraph;

  constructor(graph: NodeGraph) {
    this.#graph = graph;
  }

  authorize(a: Attributes): Decision {
    const { user, resource = '', name = '' } = a;
    if (!user.groups.includes(NODES_GROUP) || !user.username.startsWith(NODE_PREFIX)) return deny('');
    const node = user.username.slice(NODE_PREFIX.length);
    if (a.path !== undefined) return deny('');
    if (a.group === '' && REFERENCED.includes(resource)) return this.#referenced(node, a);
    if (
      a.group === '' &&
      resource === 'nodes' &&
      ['get', 'list', 'watch', 'update', 'patch'].includes(a.verb) &&
      name !== node
    ) {
      const read = ['get', 'list', 'watch'].includes(a.verb);
      return deny(read ? `node '${node}' cannot read '${name}', only its own Node object` : '');
    }
    return NODE_RULES.some((rule) => ruleAllows(rule, a)) ? allow : deny('');
  }

  #referenced(node: string, a: Attributes): Decision {
    const { resource = '', subresource, namespace = '', name = '', verb } = a;
    if (resource === 'serviceaccounts' && subresource === 'token' && verb === 'create')
      return this.#path(node, 'serviceaccounts', namespace, name);
    if (resource === 'persistentvolumeclaims' && subresource === 'status')
      return ['update', 'patch', 'get'].includes(verb) ? this.#path(node, resource, namespace, name) : deny('');
    if (subresource) return deny('');
    if (!['get', 'list', 'watch'].includes(verb)) return deny(`can only read resources of this type`);
    if (!name) return deny(`can only read namespaced object of this type`);
    return this.#path(node, resource, namespace, name);
  }

  #path(node: string, resource: string, namespace: string, name: string): Decision {
    if (this.#graph.refersTo(node, resource, namespace, name)) return allow;
    return deny(`no relationship found between node '${node}' and this object`);
  }
}
