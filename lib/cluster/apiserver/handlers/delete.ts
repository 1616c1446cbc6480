import { deepClone, deepEqual } from '../../../kit/deep.ts';
import type { ApiResult, RequestOptions } from '../../machinery/api-request.ts';
import { invalid, notSupported } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { formatTime, isJsonObject } from '../../machinery/object.ts';
import { MODIFIED, conflict, invalidObject, notFound } from '../../machinery/status-error.ts';
import { StoreConflict } from '../../store/kv.ts';
import { admissionRequest } from '../admission-chain.ts';
import type { Call } from '../core.ts';
import { applySideEffects, asObject, keyOf, kindContext } from '../core.ts';
import type { StoredObject } from '../strategy.ts';
import { answer, success } from './answer.ts';
import { tidyMetadata } from './draft.ts';

const ATTEMPTS = 5;
const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** The part of the options that deletion reads: of the body where there is one, else of the query. */
type DeleteOptions = Pick<
  RequestOptions,
  'gracePeriodSeconds' | 'propagationPolicy' | 'orphanDependents' | 'preconditions'
>;

export function deleteOptionsOf(call: Call): DeleteOptions {
  // The decoder has checked the body's types.
  const options: DeleteOptions = isJsonObject(call.body) && Object.keys(call.body).length ? call.body : call.options;
  const { propagationPolicy, orphanDependents } = options;
  const at = FieldPath.of('propagationPolicy');
  const errors = [];
  if (propagationPolicy && !['Foreground', 'Background', 'Orphan'].includes(propagationPolicy)) {
    errors.push(notSupported(at, propagationPolicy, ['Foreground', 'Background', 'Orphan', 'nil']));
  } else if (propagationPolicy && orphanDependents !== undefined) {
    errors.push(invalid(at, propagationPolicy, 'orphanDependents and deletionPropagation cannot be both set'));
  }
  if (errors.length) throw invalidObject({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors);
  const { gracePeriodSeconds } = options;
  // Upstream takes a negative period for the shortest one.
  return gracePeriodSeconds !== undefined && gracePeriodSeconds < 0 ? { ...options, gracePeriodSeconds: 1 } : options;
}

/** DELETE of an object. */
export async function deleteObject(call: Call): Promise<ApiResult> {
  const options = deleteOptionsOf(call);
  const key = keyOf(call, call.name);
  const first = call.core.store.get(key);
  if (!first) throw notFound(call.served.resource, call.name);
  await call.core.admission.admit(admissionRequest(call, 'DELETE', undefined, asObject(first)));
  await call.core.admission.validate(admissionRequest(call, 'DELETE', undefined, asObject(first)));
  for (let attempt = 1; ; attempt++) {
    const current = call.core.store.get(key);
    if (!current) throw notFound(call.served.resource, call.name);
    mustMeet(call, options, asObject(current));
    try {
      return deleteOnce(call, key, asObject(current), options);
    } catch (err) {
      if (!(err instanceof StoreConflict)) throw err;
      if (attempt === ATTEMPTS) throw conflict(call.served.resource, call.name, MODIFIED);
    }
  }
}

/** Deletes at once, or marks as being deleted what must wait for its grace period or for finalizers. */
function deleteOnce(call: Call, key: string, current: StoredObject, options: DeleteOptions): ApiResult {
  const { strategy } = call.served;
  const draft = asObject(deepClone(current));
  const finalizers = finalizersFor(current, options, strategy.defaultPropagation);
  draft.metadata.finalizers = finalizers;
  const grace = graceOf(call, draft, options);
  const held = finalizers.length > 0 || strategy.staysWhenDeleted(current);
  if (grace === 0 && !held) {
    const last = call.dryRun ? current : removeNow(call, key, current, current);
    return strategy.answersWithDeleted ? answer(call, 200, last) : success(call, current.metadata.uid);
  }
  if (grace !== 'pending') markDeleted(call, draft, grace);
  draft.metadata = tidyMetadata(draft.metadata);
  if (deepEqual(draft, current)) return answer(call, 200, current);
  if (call.dryRun) return answer(call, 200, draft);
  const stored = call.core.store.put(key, draft, { expect: Number(current.metadata.resourceVersion) });
  return answer(call, 200, asObject(stored));
}

/** Takes an object out of the store. `last` is what it was when it went. */
export function removeNow(call: Call, key: string, last: StoredObject, current: StoredObject): StoredObject {
  const gone = asObject(call.core.store.delete(key, { expect: Number(current.metadata.resourceVersion) }));
  applySideEffects(call.core, call.served.strategy.afterDelete(last, kindContext(call)));
  return gone;
}

/** Seconds until the object goes; 'pending' when it is going already and nothing shortens that. */
function graceOf(call: Call, draft: StoredObject, { gracePeriodSeconds: asked }: DeleteOptions): number | 'pending' {
  const { strategy } = call.served;
  const { deletionTimestamp, deletionGracePeriodSeconds: left } = draft.metadata;
  if (!strategy.graceful) return 0;
  if (!deletionTimestamp) return strategy.gracePeriod(draft, asked);
  if (left === undefined) return 0;
  return asked !== undefined && asked < left ? asked : 'pending';
}

function markDeleted(call: Call, draft: StoredObject, grace: number): void {
  const meta = draft.metadata;
  const now = call.core.clock.now();
  if (!meta.deletionTimestamp) {
    meta.deletionTimestamp = formatTime(now + grace * 1000);
    if (meta.generation) meta.generation++;
    if (!call.served.strategy.staysWhenDeleted(draft)) meta.deletionGracePeriodSeconds = grace;
    call.served.strategy.beginDeletion(draft, kindContext(call));
    return;
  }
  if (!call.served.strategy.graceful) return;
  const before = meta.deletionGracePeriodSeconds ?? 0;
  meta.deletionTimestamp = formatTime(Date.parse(meta.deletionTimestamp) + (grace - before) * 1000);
  meta.deletionGracePeriodSeconds = grace;
}

/** The finalizers that make the garbage collector follow the client's wish for the dependents. */
function finalizersFor(object: StoredObject, options: DeleteOptions, byDefault: 'orphan' | 'background'): string[] {
  const held = object.metadata.finalizers ?? [];
  const others = held.filter((f) => f !== ORPHAN && f !== FOREGROUND);
  const { propagationPolicy, orphanDependents } = options;
  if (orphanDependents !== undefined) return orphanDependents ? [...others, ORPHAN] : others;
  if (propagationPolicy === 'Orphan') return [...others, ORPHAN];
  if (propagationPolicy === 'Foreground') return [...others, FOREGROUND];
  if (propagationPolicy === 'Background') return others;
  if (others.length < held.length) return [...held];
  return byDefault === 'orphan' ? [...others, ORPHAN] : others;
}

function mustMeet(call: Call, { preconditions }: DeleteOptions, current: StoredObject): void {
  const { uid, resourceVersion } = current.metadata;
  // Upstream names the kind here, not the resource.
  const { group, kind } = call.served.resource;
  const refuse = (why: string) => conflict({ group, resource: kind }, call.name, why);
  if (preconditions?.uid && preconditions.uid !== uid) {
    throw refuse(
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). ` +
        'The object might have been deleted and then recreated',
    );
  }
  if (preconditions?.resourceVersion && preconditions.resourceVersion !== resourceVersion) {
    throw refuse(
      `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match ` +
        `the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
}
