import { deepClone } from '../../../kit/deep.ts';
import { validatePodResize } from '../../kinds/shared/pod-spec/resize.ts';
import { validateEphemeralContainersUpdate } from '../../kinds/shared/pod-spec/update.ts';
import type { ApiRequest, ApiResult } from '../../machinery/api-request.ts';
import type { Container, Pod } from '../../schema/generated/types.ts';
import type { Call } from '../core.ts';
import { kindContext } from '../core.ts';
import { patch } from '../handlers/patch.ts';
import { get } from '../handlers/read.ts';
import type { UpdatePlan } from '../handlers/update.ts';
import { putWith } from '../handlers/update.ts';
import type { StoredObject } from '../strategy.ts';

const asPod = (object: StoredObject) => object as unknown as Pod;

/** GET, PUT and PATCH of a pod's part: an update that changes nothing but that part. */
function part(
  call: Call,
  request: ApiRequest,
  plan: Pick<UpdatePlan, 'prepare' | 'validate'>,
): ApiResult | Promise<ApiResult> {
  if (request.verb === 'get') return get(call);
  if (request.verb === 'patch') return patch(call, request.patchType ?? 'strategic', plan);
  return putWith(call, plan);
}

/** `pods/ephemeralcontainers`: adds containers for debugging. */
export function ephemeralContainers(call: Call, request: ApiRequest): ApiResult | Promise<ApiResult> {
  const { strategy } = call.served;
  const context = kindContext(call);
  return part(call, request, {
    prepare(draft, current) {
      const wanted = asPod(draft).spec.ephemeralContainers;
      const { resourceVersion } = draft.metadata;
      Object.assign(draft, deepClone(current), { metadata: { ...current.metadata, resourceVersion } });
      if (wanted?.length) asPod(draft).spec.ephemeralContainers = wanted;
      else delete asPod(draft).spec.ephemeralContainers;
    },
    validate: (draft, current) => [
      ...validateEphemeralContainersUpdate(asPod(draft), asPod(current)),
      ...strategy.validate(draft, context).filter((e) => e.field.startsWith('spec.ephemeralContainers[')),
    ],
  });
}

/** `pods/resize`: changes what running containers ask for and may use. */
export function resize(call: Call, request: ApiRequest): ApiResult | Promise<ApiResult> {
  const { strategy } = call.served;
  const context = kindContext(call);
  return part(call, request, {
    prepare(draft, current) {
      const { spec } = asPod(draft);
      const { resourceVersion } = draft.metadata;
      const kept = asPod(deepClone(current));
      const resized = (now: readonly Container[] | undefined, before: Container[] | undefined) =>
        before?.map((c) => {
          const wanted = now?.find((n) => n.name === c.name);
          if (!wanted) return c;
          const { resources, resizePolicy } = wanted;
          return { ...c, ...(resources ? { resources } : {}), ...(resizePolicy ? { resizePolicy } : {}) };
        });
      kept.spec.containers = resized(spec.containers, kept.spec.containers) ?? [];
      const inits = resized(spec.initContainers, kept.spec.initContainers);
      if (inits) kept.spec.initContainers = inits;
      Object.assign(draft, kept, { metadata: { ...current.metadata, resourceVersion } });
    },
    validate: (draft, current) => [
      ...validatePodResize(asPod(draft), asPod(current)),
      ...strategy.validate(draft, context).filter((e) => e.field.includes('.resources')),
    ],
  });
}
