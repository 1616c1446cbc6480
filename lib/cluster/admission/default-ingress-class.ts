import { ingressclasses, ingresses } from '../schema/generated/resources.ts';
import { writes, type AdmissionPlugin } from './plugin.ts';

const DEFAULT_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class';
const LEGACY_ANNOTATION = 'kubernetes.io/ingress.class';

/** An Ingress that names no class gets the default one: of several the newest, then the first by name. */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  enabledByDefault: true,
  async admit(request, { client }) {
    if (!writes(request, ingresses, 'CREATE')) return;
    const ingress = request.object;
    if (ingress.spec.ingressClassName !== undefined || ingress.metadata.annotations?.[LEGACY_ANNOTATION] !== undefined)
      return;
    const { items } = await client.list(ingressclasses);
    const found = items
      .filter((c) => c.metadata.annotations?.[DEFAULT_ANNOTATION] === 'true')
      .sort(
        (a, b) =>
          (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '') ||
          a.metadata.name.localeCompare(b.metadata.name),
      )[0];
    if (found) ingress.spec.ingressClassName = found.metadata.name;
  },
};
