import { deepClone } from '../../../kit/deep.ts';
import { toJson } from '../../cel/index.ts';
import { isJsonObject, type JsonObject } from '../../machinery/object.ts';
import { applyJsonPatch } from '../../machinery/patch/json-patch.ts';
import { applyMergePatch } from '../../machinery/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../../machinery/patch/strategic-merge-patch.ts';
import { internalError } from '../../machinery/status-error.ts';
import { decode } from '../../schema/decode.ts';
import { builtInKind } from '../../schema/lookup.ts';
import { mutatingadmissionpolicies, mutatingadmissionpolicybindings } from '../../schema/generated/resources.ts';
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  Mutation,
} from '../../schema/generated/types.ts';
import { refuse, type AdmissionContext, type AdmissionPlugin, type AdmissionRequest } from '../plugin.ts';
import { typed, variablesOf, withLazyVariables } from './expression-values.ts';
import { constraintsMatch, isExempt, namespaceOf } from './matching.ts';
import { paramsOf } from './params.ts';
import { PolicySource } from './policy-source.ts';
import { conditionsHold, policyProgram } from './policy-program.ts';

/** An expression of a policy that failed: the policy's failurePolicy decides what comes of it. */
class MutationError extends Error {}

/** Makes the request's object what a mutation has made of it, without fields that its kind does not have. */
export function replaceObject({ object, type }: AdmissionRequest, changed: JsonObject): void {
  if (!object) return;
  const decoded = type && decode(type, changed);
  if (decoded && !decoded.ok) throw internalError(decoded.error);
  const replacement = decoded?.object ?? changed;
  for (const key of Object.keys(object)) if (!(key in replacement)) delete object[key];
  Object.assign(object, replacement);
}

/** Lists of objects merge by their keys, as in server-side apply; of custom resources they are replaced. */
function merge(request: AdmissionRequest, document: JsonObject, patch: unknown): JsonObject {
  const type = builtInKind(request.resource);
  return type ? applyStrategicMergePatch(type, document, patch) : applyMergePatch(document, patch);
}

function mutate(
  request: AdmissionRequest,
  { patchType, applyConfiguration, jsonPatch }: Mutation,
  value: unknown,
): void {
  const document = deepClone(typed(request, request.object)) as unknown as JsonObject;
  const patch = toJson(value);
  if (patchType === 'ApplyConfiguration' && applyConfiguration) {
    if (isJsonObject(patch)) replaceObject(request, merge(request, document, patch));
  } else if (jsonPatch) {
    try {
      replaceObject(request, applyJsonPatch(document, patch));
    } catch (err) {
      throw new MutationError(`JSON Patch: ${err instanceof Error ? err.message : String(err)}`, { cause: err });
    }
  }
}

async function apply(
  policy: MutatingAdmissionPolicy,
  binding: MutatingAdmissionPolicyBinding,
  request: AdmissionRequest,
  context: AdmissionContext,
): Promise<void> {
  const { spec } = policy;
  const found = await paramsOf(spec.paramKind, binding.spec.paramRef, request.namespace, context);
  if ('error' in found) throw new MutationError(`failed to configure binding: ${found.error}`);
  const program = policyProgram(spec, true);
  const namespace = await namespaceOf(request, context);
  for (const params of found.params) {
    const values = () => withLazyVariables(variablesOf(request, context, namespace, params), program.variables);
    const conditions = conditionsHold(program.conditions, values());
    if ('error' in conditions) throw new MutationError(conditions.error);
    if (!conditions.holds) continue;
    for (const mutation of spec.mutations ?? []) {
      const text = (mutation.applyConfiguration ?? mutation.jsonPatch)?.expression ?? '';
      const result = program.compile(text).program?.evaluate(values());
      if (!result?.ok) throw new MutationError(`expression '${text}' resulted in error: ${result?.error ?? ''}`);
      mutate(request, mutation, result.value);
    }
  }
}

const source = new PolicySource(mutatingadmissionpolicies, mutatingadmissionpolicybindings);

/** MutatingAdmissionPolicies and their bindings. */
export const mutatingAdmissionPolicy: AdmissionPlugin = {
  name: 'MutatingAdmissionPolicy',
  enabledByDefault: true,
  async admit(request, context) {
    if (isExempt(request)) return source.observe(request, context);
    if (!request.object) return;
    const { policies, bindings } = await source.current(context);
    for (const policy of policies) {
      if (!(await constraintsMatch(policy.spec.matchConstraints, request, context))) continue;
      for (const binding of bindings.filter((b) => b.spec.policyName === policy.metadata.name)) {
        if (!(await constraintsMatch(binding.spec.matchResources, request, context))) continue;
        try {
          await apply(policy, binding, request, context);
        } catch (err) {
          if (!(err instanceof MutationError)) throw err;
          if (policy.spec.failurePolicy === 'Ignore') continue;
          const who = `policy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
          throw refuse(request, `${who} denied request: ${err.message}`);
        }
      }
    }
  },
};
