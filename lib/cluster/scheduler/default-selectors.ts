import type { InformerFactory } from '../client/informer.ts';
import { controllerOf } from '../machinery/object.ts';
import { selectsByMap, type LabelSelector } from '../machinery/selector.ts';
import { replicasets, replicationcontrollers, services, statefulsets } from '../schema/generated/resources.ts';
import type { Pod } from '../schema/generated/types.ts';

/** Finds the selectors of what a pod belongs to: its services and its controller (helper.DefaultSelector). */
export function defaultSelectors(informers: InformerFactory): (pod: Pod) => LabelSelector[] {
  const serviceInformer = informers.informer(services);
  const replicaSets = informers.informer(replicasets);
  const controllers = informers.informer(replicationcontrollers);
  const statefulSets = informers.informer(statefulsets);
  return (pod) => {
    const { namespace = '', labels } = pod.metadata;
    const owner = controllerOf(pod);
    const selectors: LabelSelector[] = serviceInformer
      .list(namespace)
      .filter((service) => selectsByMap(service.spec.selector, labels))
      .map((service) => ({ matchLabels: service.spec.selector ?? {} }));
    if (owner?.kind === 'ReplicaSet') selectors.push(...given(replicaSets.get(namespace, owner.name)?.spec.selector));
    if (owner?.kind === 'StatefulSet') selectors.push(...given(statefulSets.get(namespace, owner.name)?.spec.selector));
    if (owner?.kind === 'ReplicationController') {
      const selector = controllers.get(namespace, owner.name)?.spec.selector;
      if (selector) selectors.push({ matchLabels: selector });
    }
    return selectors;
  };
}

const given = (selector: LabelSelector | undefined): LabelSelector[] => (selector ? [selector] : []);
