import type { ApiResult, PatchType } from '../../machinery/api-request.ts';
import { invalid } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import type { JsonObject } from '../../machinery/object.ts';
import { applyJsonPatch } from '../../machinery/patch/json-patch.ts';
import { applyMergePatch } from '../../machinery/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../../machinery/patch/strategic-merge-patch.ts';
import { badRequest, invalidObject } from '../../machinery/status-error.ts';
import type { TypeInfo } from '../../machinery/type-info.ts';
import { decode, fieldComplaints, strictDecodingError } from '../../schema/decode.ts';
import { builtInKind } from '../../schema/lookup.ts';
import type { Call } from '../core.ts';
import { objectJson } from '../respond.ts';
import type { StoredObject } from '../strategy.ts';
import { draftOf, settleNamespace } from './draft.ts';
import { apply } from './apply.ts';
import type { UpdatePlan } from './update.ts';
import { planOf, update } from './update.ts';

/** PATCH of an object: of the kind itself, or of a subresource that has the kind's own form. */
export function patch(
  call: Call,
  type: PatchType,
  plan: Pick<UpdatePlan, 'prepare' | 'validate'> = planOf(call),
): Promise<ApiResult> {
  if (type === 'apply') return apply(call, plan);
  const { strategy } = call.served;
  return update(call, {
    change(current) {
      const patched = decodePatched(call, applyPatch(call, type, strategy.fromStored(current)));
      const draft = draftOf(call, patched);
      const { name } = draft.metadata;
      if (name !== call.name) {
        throw badRequest(`the name of the object (${name}) does not match the name on the URL (${call.name})`);
      }
      settleNamespace(call, draft);
      strategy.defaults(draft);
      return strategy.toStored(draft);
    },
    ...plan,
  });
}

export function typeOf(call: Call): TypeInfo | undefined {
  return call.served.custom?.type ?? builtInKind(call.served.resource);
}

function applyPatch(call: Call, type: Exclude<PatchType, 'apply'>, object: StoredObject): JsonObject {
  return patchJson(typeOf(call), type, object, call.body);
}

/** Applies a patch to an object's JSON form. Throws a StatusError. */
export function patchJson(type: TypeInfo | undefined, kind: PatchType, object: JsonObject, patch: unknown): JsonObject {
  switch (kind) {
    case 'json':
      return applyJsonPatch(object, patch);
    case 'strategic':
      return type ? applyStrategicMergePatch(type, object, patch) : applyMergePatch(object, patch);
    default:
      return applyMergePatch(object, patch);
  }
}

/** Checks a patched object's types as those of a body are checked, with upstream's complaints about patches. */
function decodePatched(call: Call, patched: JsonObject): JsonObject {
  const type = typeOf(call);
  if (!type) return patched;
  const decoded = decode(type, patched);
  if (!decoded.ok) throw invalidPatch(patched, decoded.error);
  const complaints = fieldComplaints(decoded.unknown);
  const { fieldValidation } = call.options;
  if (complaints.length && fieldValidation === 'Strict') throw invalidPatch(patched, strictDecodingError(complaints));
  if (fieldValidation !== 'Ignore') for (const complaint of complaints) call.warn(complaint);
  return decoded.object;
}

function invalidPatch(patched: JsonObject, why: string) {
  const sorted = Object.fromEntries(Object.entries(patched).sort(([a], [b]) => (a < b ? -1 : 1)));
  const members = Object.entries(sorted).map(([name, value]) => `${JSON.stringify(name)}:${memberJson(name, value)}`);
  return invalidObject({ group: '', kind: '' }, '', [invalid(FieldPath.of('patch'), `{${members.join(',')}}`, why)]);
}

/** Metadata is shown in upstream's order of members. */
function memberJson(name: string, value: unknown): string {
  if (name !== 'metadata') return JSON.stringify(value);
  return objectJson({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: value }).replace(
    /^.*?"metadata":|\}$/g,
    '',
  );
}
