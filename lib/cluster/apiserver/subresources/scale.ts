import { deepClone } from '../../../kit/deep.ts';
import type { ApiRequest, ApiResult } from '../../machinery/api-request.ts';
import { invalid } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import type { JsonObject } from '../../machinery/object.ts';
import { isJsonObject } from '../../machinery/object.ts';
import { builtInKind } from '../../schema/lookup.ts';
import { badRequest, invalidObject, notFound } from '../../machinery/status-error.ts';
import type { Call } from '../core.ts';
import { asObject, keyOf } from '../core.ts';
import { patchJson } from '../handlers/patch.ts';
import { planOf, update } from '../handlers/update.ts';
import type { StoredObject } from '../strategy.ts';

/** autoscaling/v1 Scale of an object that has replicas. */
function scaleOf(call: Call, object: StoredObject): JsonObject {
  const { scale } = call.served.strategy;
  if (!scale) throw badRequest(`${call.served.resource.kind} has no scale`);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = scale.specReplicas(object);
  const selector = scale.selector(object);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas ? { replicas } : {},
    status: { replicas: scale.statusReplicas(object), ...(selector ? { selector } : {}) },
  };
}

/** The replicas that a Scale asks for; absent is none. */
function replicasIn(scale: unknown, name: string): number {
  const spec = isJsonObject(scale) && isJsonObject(scale['spec']) ? scale['spec'] : {};
  const replicas = spec['replicas'] ?? 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    throw badRequest('spec.replicas must be an integer');
  }
  if (replicas < 0) {
    const error = invalid(FieldPath.of('spec', 'replicas'), replicas, 'must be greater than or equal to 0');
    throw invalidObject({ group: 'autoscaling', kind: 'Scale' }, name, [error]);
  }
  return replicas;
}

/** `/scale`: reads the replicas of an object, or sets them. */
export async function scale(call: Call, request: ApiRequest): Promise<ApiResult> {
  const found = call.core.store.get(keyOf(call, call.name));
  if (!found) throw notFound(call.served.resource, call.name);
  if (request.verb === 'get') return { code: 200, object: scaleOf(call, asObject(found)), warnings: [] };
  const result = await update(call, {
    change(current) {
      const wanted = wantedScale(call, request, scaleOf(call, current));
      const draft = asObject(deepClone(current));
      call.served.strategy.scale?.setSpecReplicas(draft, replicasIn(wanted, call.name));
      const version = isJsonObject(wanted['metadata']) ? wanted['metadata']['resourceVersion'] : undefined;
      draft.metadata.resourceVersion = typeof version === 'string' ? version : '';
      return draft;
    },
    ...planOf({ ...call, subresource: '' }),
    isPut: request.verb === 'update',
  });
  return { ...result, object: scaleOf(call, asObject(result.object as StoredObject)) };
}

/** The Scale that a request makes of the current one. */
function wantedScale(call: Call, request: ApiRequest, current: JsonObject): JsonObject {
  const { body } = call;
  const wanted = request.verb === 'patch' ? patchJson(SCALE_TYPE(), request.patchType ?? 'merge', current, body) : body;
  if (!isJsonObject(wanted)) throw badRequest('the object provided is unrecognized (must be of type Scale)');
  return wanted;
}

const SCALE_TYPE = () => builtInKind({ group: 'autoscaling', version: 'v1', kind: 'Scale' });
