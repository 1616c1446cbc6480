import { deepEqual } from '../../../kit/deep.ts';
import type { FieldError } from '../../machinery/field-error.ts';
import { invalid } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import type { SideEffect } from '../../kinds/define.ts';
import type { ApiResult } from '../../machinery/api-request.ts';
import { sameButTimes } from '../../machinery/managed-fields/managers.ts';
import { MODIFIED, badRequest, conflict, notFound } from '../../machinery/status-error.ts';
import { StoreConflict } from '../../store/kv.ts';
import { admissionRequest } from '../admission-chain.ts';
import type { Call } from '../core.ts';
import { applySideEffects, asObject, keyOf, kindContext } from '../core.ts';
import { manageFields } from '../field-managers.ts';
import { validateMetadataUpdate } from '../metadata-validation.ts';
import { dropRepeatedOwners } from '../owner-references.ts';
import type { StoredObject } from '../strategy.ts';
import { answer } from './answer.ts';
import { createObject } from './create.ts';
import { removeNow } from './delete.ts';
import { draftOf, mustBeValid, settleNamespace, tidyMetadata } from './draft.ts';

/** How often a write that lost a race, and may be made again from the new state, is made again. */
const ATTEMPTS = 5;

/** What one kind of update does in the common course of all: put, patch, status, scale, a subresource of a kind. */
export interface UpdatePlan {
  /** The new object in stored form, an own copy, made from the current one. May throw a StatusError. */
  change(current: StoredObject): StoredObject | Promise<StoredObject>;
  /** Puts back what this endpoint may not change; throws or returns side effects. */
  prepare?(draft: StoredObject, current: StoredObject): SideEffect[] | void;
  validate?(draft: StoredObject, current: StoredObject): FieldError[];
  /** The object to create when there is none; absent where an update must not create. */
  create?(): StoredObject | Promise<StoredObject>;
  /** Whether this is server-side apply, which creates what is not there and has kept account of managers itself. */
  isApply?: boolean;
  /** Whether the uid of the body must be the stored one (409), as with PUT. */
  checkUid?: boolean;
  /** Whether the client's own resourceVersion is required unless the kind says otherwise, as with PUT. */
  isPut?: boolean;
}

/** PUT of an object, or of its `/status`. */
export const put = (call: Call): Promise<ApiResult> => putWith(call, planOf(call));

/** PUT under other rules: those of a subresource that has the kind's own form. */
export async function putWith(call: Call, plan: Pick<UpdatePlan, 'prepare' | 'validate'>): Promise<ApiResult> {
  const { strategy } = call.served;
  const body = () => {
    const draft = draftOf(call, structuredClone(call.body));
    const { name } = draft.metadata;
    if (name && name !== call.name) {
      throw badRequest(`the name of the object (${name}) does not match the name on the URL (${call.name})`);
    }
    draft.metadata.name = call.name;
    settleNamespace(call, draft);
    dropRepeatedOwners(call, draft, false);
    strategy.defaults(draft);
    return strategy.toStored(draft);
  };
  // What is wrong with the body is told before what is not there.
  body();
  return update(call, { change: body, create: body, checkUid: true, isPut: true, ...plan });
}

/** The rules of the main resource, or of `/status`. */
export function planOf(call: Call): Pick<UpdatePlan, 'prepare' | 'validate'> {
  const { strategy } = call.served;
  const context = kindContext(call);
  if (call.subresource === 'status') {
    return {
      prepare(draft, current) {
        keepAllButStatus(draft, current, strategy.custom);
        strategy.prepareForStatusUpdate(draft, current, context);
      },
      validate: (draft, current) => strategy.validateStatusUpdate(draft, current, context),
    };
  }
  return {
    prepare(draft, current) {
      if (strategy.hasStatus) copyMember(draft, current, 'status');
      return strategy.prepareForUpdate(draft, current, context);
    },
    validate: (draft, current) => strategy.validateUpdate(draft, current, context),
  };
}

function copyMember(draft: StoredObject, current: StoredObject, member: string): void {
  if (current[member] === undefined) delete draft[member];
  else draft[member] = current[member];
}

/** An update of `/status` changes the status and, but for custom resources, metadata. */
function keepAllButStatus(draft: StoredObject, current: StoredObject, custom: boolean): void {
  for (const member of new Set([...Object.keys(draft), ...Object.keys(current)])) {
    if (member !== 'status' && member !== 'metadata') copyMember(draft, current, member);
  }
  if (!custom) return;
  const { managedFields, resourceVersion } = draft.metadata;
  draft.metadata = { ...current.metadata, managedFields, resourceVersion };
}

/** The common course of all updates: compute, admit, prepare, validate, store; again when another write came between. */
export async function update(call: Call, plan: UpdatePlan): Promise<ApiResult> {
  const { core } = call;
  const { strategy, resource } = call.served;
  const key = keyOf(call, call.name);
  for (let attempt = 1; ; attempt++) {
    const found = core.store.get(key);
    if (!found) {
      if (plan.create && (plan.isApply || strategy.createOnUpdate)) {
        return createObject(call, await plan.create(), plan.isApply);
      }
      throw notFound(resource, call.name);
    }
    const current = asObject(found);
    const draft = await plan.change(current);
    if (plan.checkUid) mustBeSame(call, key, draft, current);
    const unconditional = settleVersion(call, plan, draft, current);
    try {
      return await replace(call, plan, key, draft, current);
    } catch (err) {
      if (!(err instanceof StoreConflict)) throw err;
      if (!unconditional || attempt === ATTEMPTS) throw conflict(resource, call.name, MODIFIED);
    }
  }
}

/** Checks the version that the client saw, or fills in the current one. Says whether the client named none. */
function settleVersion(call: Call, plan: UpdatePlan, draft: StoredObject, current: StoredObject): boolean {
  const asked = draft.metadata.resourceVersion;
  draft.metadata = { ...draft.metadata, resourceVersion: current.metadata.resourceVersion };
  if (!asked || asked === '0') {
    if (plan.isPut && !call.served.strategy.unconditionalUpdate) {
      const at = FieldPath.of('metadata', 'resourceVersion');
      mustBeValid(call, call.name, [invalid(at, 0, 'must be specified for an update')]);
    }
    return true;
  }
  if (asked !== current.metadata.resourceVersion) throw conflict(call.served.resource, call.name, MODIFIED);
  // A patch starts from the current object, so that its version says nothing about what the client saw.
  return !plan.isPut;
}

function mustBeSame(call: Call, key: string, draft: StoredObject, current: StoredObject): void {
  const { uid } = draft.metadata;
  if (!uid || uid === current.metadata.uid) return;
  const why =
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ` +
    `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`;
  throw conflict(call.served.resource, call.name, why);
}

async function replace(
  call: Call,
  plan: UpdatePlan,
  key: string,
  draft: StoredObject,
  current: StoredObject,
): Promise<ApiResult> {
  const { core } = call;
  const { strategy } = call.served;
  // A subresource takes over some fields only: what its writer manages is known when the others are put back.
  const asSent = !plan.isApply && call.subresource === '';
  if (asSent) manageFields(call, draft, current);
  await core.admission.admit(admissionRequest(call, 'UPDATE', draft, current));
  dropRepeatedOwners(call, draft, true);
  strategy.defaultsOfStored(draft);
  draft.metadata = {
    ...draft.metadata,
    ...(strategy.keepsGeneration ? { generation: current.metadata.generation } : {}),
  };
  const effects = plan.prepare?.(draft, current) ?? [];
  settleSystemMetadata(draft, current);
  // The deployment controller notes revisions in annotations, through the status: that is no change of what is wanted.
  const counts = strategy.keepsGeneration && call.subresource !== 'status';
  if (counts && strategy.raisesGeneration(draft, current, () => differsInSpec(draft, current))) {
    draft.metadata.generation = (current.metadata.generation ?? 0) + 1;
  }
  mustBeValid(call, call.name, [
    ...validateMetadataUpdate(draft.metadata, current.metadata),
    ...(plan.validate?.(draft, current) ?? []),
  ]);
  for (const text of strategy.warnings(draft, current)) call.warn(text);
  if (!plan.isApply && !asSent) manageFields(call, draft, current);
  draft.metadata = tidyMetadata(draft.metadata);
  await core.admission.validate(admissionRequest(call, 'UPDATE', draft, current));

  if (changesNothing(draft, current)) return answer(call, 200, current);
  if (mayGo(draft) && !strategy.staysWhenDeleted(draft)) {
    if (!call.dryRun) removeNow(call, key, draft, current);
    return answer(call, 200, draft);
  }
  if (call.dryRun) return answer(call, 200, draft);
  const stored = asObject(core.store.put(key, draft, { expect: Number(current.metadata.resourceVersion) }));
  applySideEffects(core, effects);
  return answer(call, 200, stored);
}

/** Whether an object would be stored as it is: when its fields were last written alone is no change. */
function changesNothing(draft: StoredObject, current: StoredObject): boolean {
  if (!sameButTimes(draft.metadata.managedFields, current.metadata.managedFields)) return false;
  const { managedFields } = current.metadata;
  return deepEqual({ ...draft, metadata: { ...draft.metadata, managedFields } }, current);
}

/** What no client changes: who the object is, and whether it is being deleted. */
function settleSystemMetadata(draft: StoredObject, current: StoredObject): void {
  const meta = draft.metadata;
  const old = current.metadata;
  meta.uid ||= old.uid ?? '';
  meta.creationTimestamp = old.creationTimestamp ?? '';
  delete meta.selfLink;
  if (old.deletionTimestamp) meta.deletionTimestamp = old.deletionTimestamp;
  else delete meta.deletionTimestamp;
  if (old.deletionGracePeriodSeconds !== undefined) meta.deletionGracePeriodSeconds ??= old.deletionGracePeriodSeconds;
  else delete meta.deletionGracePeriodSeconds;
}

/** Whether anything but metadata and status changed. */
function differsInSpec(draft: StoredObject, current: StoredObject): boolean {
  const members = new Set([...Object.keys(draft), ...Object.keys(current)]);
  for (const fixed of ['metadata', 'status', 'kind', 'apiVersion']) members.delete(fixed);
  return [...members].some((m) => !deepEqual(draft[m], current[m]));
}

/** Whether a deleted object has lost the last finalizer that held it. */
function mayGo({ metadata }: StoredObject): boolean {
  return (
    metadata.deletionTimestamp !== undefined &&
    (metadata.deletionGracePeriodSeconds ?? 0) === 0 &&
    (metadata.finalizers ?? []).length === 0
  );
}
