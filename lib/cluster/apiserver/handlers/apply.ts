import type { ApiResult } from '../../machinery/api-request.ts';
import { applyConfiguration } from '../../machinery/managed-fields/apply-configuration.ts';
import type { JsonObject } from '../../machinery/object.ts';
import { formatTime, isJsonObject } from '../../machinery/object.ts';
import { apiVersionOf } from '../../machinery/resource.ts';
import { badRequest, conflict } from '../../machinery/status-error.ts';
import { decode } from '../../schema/decode.ts';
import type { Call } from '../core.ts';
import { ignoredFields, managedAs, nothingYet, storedType } from '../field-managers.ts';
import type { StoredObject } from '../strategy.ts';
import { draftOf, settleNamespace } from './draft.ts';
import type { UpdatePlan } from './update.ts';
import { update } from './update.ts';

/** A PATCH of type apply: what a manager wants of an object, merged into what there is. */
export function apply(call: Call, plan: Pick<UpdatePlan, 'prepare' | 'validate'>): Promise<ApiResult> {
  const config = call.body;
  if (!isJsonObject(config)) throw badRequest('error decoding YAML: the configuration is no object');
  const isMain = call.subresource === '';
  return update(call, {
    change: (current) => applied(call, config, current),
    ...(isMain ? { create: () => applied(call, config, undefined) } : {}),
    isApply: true,
    ...plan,
  });
}

function applied(call: Call, config: JsonObject, current: StoredObject | undefined): StoredObject {
  const { strategy } = call.served;
  const resource = managedAs(call);
  const type = storedType(call);
  if (!type) throw badRequest(`${resource.kind} has no schema to apply by`);
  const metadata = isJsonObject(config['metadata']) ? config['metadata'] : {};
  if (!current && typeof metadata['uid'] === 'string' && metadata['uid']) {
    const why = `uid mismatch: the provided object specified uid ${metadata['uid']}, and no existing object was found`;
    throw conflict(call.served.resource, call.name, why);
  }
  const named = { name: call.name, ...(call.namespace ? { namespace: call.namespace } : {}) };
  const ignored = ignoredFields(call, current ?? config);
  const zero = nothingYet(type);
  const { object } = applyConfiguration({
    type,
    zero,
    live: current ?? { ...zero, metadata: named },
    creating: !current,
    config,
    manager: call.options.fieldManager ?? '',
    force: call.options.force ?? false,
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    subresource: call.subresource,
    now: formatTime(call.core.clock.now()),
    ...(ignored ? { ignored } : {}),
  });
  const decoded = decode(type, object);
  if (!decoded.ok) throw badRequest(decoded.error);
  const draft = draftOf(call, decoded.object);
  if (draft.metadata.name && draft.metadata.name !== call.name) {
    throw badRequest(
      `the name of the object (${draft.metadata.name}) does not match the name on the URL (${call.name})`,
    );
  }
  draft.metadata.name = call.name;
  settleNamespace(call, draft);
  strategy.defaultsOfStored(draft);
  return draft;
}
