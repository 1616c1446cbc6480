import type { KubeletApi, PodIdentity } from '../../machinery/kubelet-api.ts';
import { badRequest, notFound } from '../../machinery/status-error.ts';
import { nodes, pods } from '../../schema/generated/resources.ts';
import type { Pod } from '../../schema/generated/types.ts';
import { storageKey } from '../../store/keys.ts';
import type { Core } from '../core.ts';
import { asObject } from '../core.ts';

/** The pod of a request, as it is stored. Throws 404. */
export function findPod(core: Core, namespace: string, name: string): Pod {
  const found = core.store.get(storageKey(pods, namespace, name));
  if (!found) throw notFound(pods, name);
  return asObject(found) as unknown as Pod;
}

const namesOf = (list: readonly { name: string }[] | undefined) => (list ?? []).map((c) => c.name);

/** The container that a request means: the only one when it names none. Throws 400 in upstream's words. */
export function chooseContainer(pod: Pod, asked: string): string {
  const main = namesOf(pod.spec.containers);
  const init = namesOf(pod.spec.initContainers);
  const ephemeral = namesOf(pod.spec.ephemeralContainers);
  const { name } = pod.metadata;
  if (asked) {
    if ([...main, ...init, ...ephemeral].includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${name}`);
  }
  const [first] = main;
  if (first !== undefined && main.length === 1) return first;
  const others = [
    init.length ? ` or one of the init containers: [${init.join(' ')}]` : '',
    ephemeral.length ? ` or one of the ephemeral containers: [${ephemeral.join(' ')}]` : '',
  ];
  throw badRequest(
    `a container name must be specified for pod ${name}, choose one of: [${main.join(' ')}]${others.join('')}`,
  );
}

export const identityOf = ({ metadata }: Pod): PodIdentity => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name,
  uid: metadata.uid ?? '',
});

/** The kubelet of a pod's node. Throws when the pod has none, or when it cannot be reached. */
export function kubeletOf(core: Core, pod: Pod): KubeletApi {
  const { nodeName } = pod.spec;
  if (!nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  const node = core.store.get(storageKey(nodes, undefined, nodeName));
  if (!node) throw notFound(nodes, nodeName);
  return core.kubelets(node);
}
