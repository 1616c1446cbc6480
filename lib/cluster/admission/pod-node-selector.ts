import { namespaces } from '../schema/generated/resources.ts';
import { createsPod, refuse, type AdmissionPlugin } from './plugin.ts';

const ANNOTATION = 'scheduler.alpha.kubernetes.io/node-selector';

/** `a=b,c=d` as labels. */
function labelsOf(selector: string): Record<string, string> {
  const pairs = selector
    .split(',')
    .map((pair) => pair.trim())
    .filter(Boolean);
  return Object.fromEntries(pairs.map((pair) => pair.split('=').map((part) => part.trim()) as [string, string]));
}

/** Pods run only where their namespace's annotation sends them. */
export const podNodeSelector: AdmissionPlugin = {
  name: 'PodNodeSelector',
  enabledByDefault: false,
  async admit(request, { client }) {
    if (!createsPod(request)) return;
    const { spec } = request.object;
    const namespace = await client.get(namespaces, '', request.namespace);
    const wanted = labelsOf(namespace.metadata.annotations?.[ANNOTATION] ?? '');
    for (const [key, value] of Object.entries(wanted)) {
      const own = spec.nodeSelector?.[key];
      if (own !== undefined && own !== value)
        throw refuse(request, 'pod node label selector conflicts with its namespace node label selector');
    }
    if (Object.keys(wanted).length) spec.nodeSelector = { ...wanted, ...spec.nodeSelector };
  },
};
