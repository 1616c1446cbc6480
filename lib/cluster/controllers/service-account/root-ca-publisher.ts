import { startReconciler } from '../../client/reconciler.ts';
import { isAlreadyExists, statusOf } from '../../machinery/status-error.ts';
import { configmaps, namespaces } from '../../schema/generated/resources.ts';
import type { ConfigMap } from '../../schema/generated/types.ts';
import type { Controller } from '../controller.ts';

const NAME = 'kube-root-ca.crt';
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Keeps the cluster's CA in a ConfigMap of every namespace (upstream: pkg/controller/certificates/rootcacertpublisher). */
export const rootCaPublisher: Controller = {
  name: 'root-ca-certificate-publisher-controller',
  serviceAccount: 'root-ca-cert-publisher',
  start(context) {
    const { rootCa } = context.files;
    if (rootCa === undefined) return { stop: () => undefined };
    const spaces = context.informers.informer(namespaces);
    const maps = context.informers.informer(configmaps);
    const reconciler = startReconciler({
      ...context,
      informers: [spaces, maps],
      async reconcile(namespace) {
        if (spaces.get('', namespace)?.status?.phase !== 'Active') return;
        const existing = maps.get(namespace, NAME);
        if (!existing) return create(namespace);
        const described = existing.metadata.annotations?.['kubernetes.io/description'] === DESCRIPTION;
        if (existing.data?.['ca.crt'] === rootCa && described && Object.keys(existing.data).length === 1) return;
        const annotations = { ...existing.metadata.annotations, 'kubernetes.io/description': DESCRIPTION };
        await context.client.update(configmaps, {
          ...existing,
          metadata: { ...existing.metadata, annotations },
          data: { 'ca.crt': rootCa },
        });
      },
    });
    const create = async (namespace: string): Promise<void> => {
      try {
        await context.client.create(configmaps, {
          metadata: { name: NAME, namespace, annotations: { 'kubernetes.io/description': DESCRIPTION } },
          data: { 'ca.crt': rootCa },
        });
      } catch (error) {
        if (isAlreadyExists(error) || statusOf(error)?.code === 404) return;
        if (!statusOf(error)?.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating')) throw error;
      }
    };
    const enqueue = ({ metadata }: ConfigMap) => {
      if (metadata.name === NAME) reconciler.queue.add(metadata.namespace ?? '');
    };
    reconciler.own(
      spaces.onEvent({
        add: (n) => reconciler.queue.add(n.metadata.name),
        update: (n) => reconciler.queue.add(n.metadata.name),
      }),
      maps.onEvent({ update: enqueue, delete: enqueue }),
    );
    return reconciler;
  },
};
