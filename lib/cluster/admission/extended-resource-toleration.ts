import { createsPod, type AdmissionPlugin } from './plugin.ts';

/** A resource of a vendor: with a domain of its own. */
const isExtended = (name: string) =>
  name.includes('/') && !name.startsWith('requests.') && !/(^|\.)kubernetes\.io\//.test(name);

/** Pods that ask for a special resource tolerate the nodes that are kept for it. */
export const extendedResourceToleration: AdmissionPlugin = {
  name: 'ExtendedResourceToleration',
  enabledByDefault: false,
  admit(request) {
    if (!createsPod(request)) return;
    const { spec } = request.object;
    const asked = [...spec.containers, ...(spec.initContainers ?? [])].flatMap((c) =>
      Object.keys(c.resources?.requests ?? {}).filter(isExtended),
    );
    for (const key of [...new Set(asked)].sort()) {
      if (spec.tolerations?.some((t) => t.key === key && t.operator === 'Exists' && t.effect === undefined)) continue;
      (spec.tolerations ??= []).push({ key, operator: 'Exists' });
    }
  },
};
