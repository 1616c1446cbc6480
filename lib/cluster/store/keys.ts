/** Groups whose objects upstream stores under their own name: they are served by other servers inside the kube-apiserver. */
const GROUPS_WITH_FOLDER = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

/** Resources whose folder is not their plural (upstream's SpecialDefaultResourcePrefixes). */
const FOLDERS: Readonly<Record<string, string>> = {
  nodes: 'minions',
  services: 'services/specs',
  endpoints: 'services/endpoints',
  replicationcontrollers: 'controllers',
  'ingresses.networking.k8s.io': 'ingress',
};

type Place = { group: string; resource: string; custom?: boolean };

/**
 * Where a resource's keys start, as in a real etcd: `/registry/pods/`, `/registry/minions/`,
 * `/registry/example.org/widgets/` for a custom resource. With a namespace, where that namespace's keys start.
 */
export function storagePrefix({ group, resource, custom }: Place, namespace?: string): string {
  const folder = FOLDERS[group ? `${resource}.${group}` : resource] ?? resource;
  const root = custom || GROUPS_WITH_FOLDER.has(group) ? `/registry/${group}/${folder}/` : `/registry/${folder}/`;
  return namespace ? `${root}${namespace}/` : root;
}

/** `/registry/pods/default/web`, `/registry/minions/node01`. */
export function storageKey(place: Place, namespace: string | undefined, name: string): string {
  return storagePrefix(place, namespace) + name;
}
