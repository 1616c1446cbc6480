import { pods } from '../schema/generated/resources.ts';
import type { Pod } from '../schema/generated/types.ts';
import { forbiddenRequest } from '../machinery/status-error.ts';
import { writes, type AdmissionPlugin, type AdmissionRequest } from './plugin.ts';

function containersOf(request: AdmissionRequest) {
  if (!writes(request, pods, 'CREATE', 'UPDATE')) return [];
  const { spec } = request.object as Pod;
  return [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
}

/** Every container's image is pulled anew, so that nobody uses an image without a right to it. */
export const alwaysPullImages: AdmissionPlugin = {
  name: 'AlwaysPullImages',
  enabledByDefault: false,
  admit(request) {
    for (const container of containersOf(request)) container.imagePullPolicy = 'Always';
  },
  validate(request) {
    if (containersOf(request).every((c) => c.imagePullPolicy === 'Always')) return;
    throw forbiddenRequest(request.resource, request.name, 'container image pull policy must be Always');
  },
};
