import type { ApiResult, PatchType } from '../../machinery/api-request.ts';
import { invalid } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import type { JsonObject } from '../../machinery/object.ts';
import { goFormat } from '../../machinery/patch/go-format.ts';
import { applyJsonPatch } from '../../machinery/patch/json-patch.ts';
import { applyMergePatch } from '../../machinery/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../../machinery/patch/strategic-merge-patch.ts';
import { parseApiVersion } from '../../machinery/resource.ts';
import { badRequest, invalidObject } from '../../machinery/status-error.ts';
import type { TypeInfo } from '../../machinery/type-info.ts';
import { conversionFault } from '../../schema/conversion-fault.ts';
import { decode, fieldComplaints, strictDecodingError } from '../../schema/decode.ts';
import { writeJson } from '../../schema/json-writer.ts';
import { builtInKind } from '../../schema/lookup.ts';
import type { Call } from '../core.ts';
import { typeOf } from '../registry.ts';
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
      const patched = decodePatched(call, type, applyPatch(call, type, strategy.fromStored(current)));
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

function applyPatch(call: Call, type: Exclude<PatchType, 'apply'>, object: StoredObject): JsonObject {
  return patchJson(typeOf(call.served), type, object, call.body);
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

/**
 * Checks a patched object's types as those of a body are checked, with upstream's complaints about patches: of a strategic
 * one they show the patch, of others what came of it.
 */
function decodePatched(call: Call, kind: PatchType, patched: JsonObject): JsonObject {
  const type = patchedType(call, patched);
  if (!type) return patched;
  const strategic = kind === 'strategic' && !type.custom;
  const refuse = (why: string) =>
    invalidObject({ group: '', kind: '' }, '', [
      invalid(FieldPath.of('patch'), strategic ? goFormat(call.body) : patchedJson(type, patched), why),
    ]);
  const fault = strategic ? conversionFault(type, patched) : undefined;
  if (fault !== undefined) throw refuse(fault);
  const decoded = decode(type, patched);
  if (!decoded.ok) throw refuse(decoded.error);
  const complaints = fieldComplaints(decoded.unknown);
  const { fieldValidation } = call.options;
  if (complaints.length && fieldValidation === 'Strict') throw refuse(strictDecodingError(complaints));
  if (fieldValidation !== 'Ignore') for (const complaint of complaints) call.warn(complaint);
  return decoded.object;
}

/** A patch may change what an object says it is; it is then read as that. */
function patchedType(call: Call, { apiVersion, kind }: JsonObject): TypeInfo | undefined {
  if (call.served.custom || typeof apiVersion !== 'string' || typeof kind !== 'string') return typeOf(call.served);
  return builtInKind({ ...parseApiVersion(apiVersion), kind }) ?? typeOf(call.served);
}

function patchedJson(type: TypeInfo, patched: JsonObject): string {
  const member = (name: string) => writeJson(type.custom ? undefined : type.fields.get(name)?.type, patched[name]);
  const names = Object.keys(patched).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${member(name)}`).join(',')}}`;
}
