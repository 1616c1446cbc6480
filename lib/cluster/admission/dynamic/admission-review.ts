import { uuid, type Random } from '../../../kit/random.ts';
import { deepClone } from '../../../kit/deep.ts';
import { isJsonObject, type JsonObject } from '../../machinery/object.ts';
import { applyJsonPatch } from '../../machinery/patch/json-patch.ts';
import { StatusError } from '../../machinery/status-error.ts';
import type { AdmissionRequest } from '../plugin.ts';
import { requestValue, typed } from './expression-values.ts';

const VERSION = 'admission.k8s.io/v1';

/** What a webhook is sent. */
export function reviewOf(request: AdmissionRequest, random: Random): JsonObject {
  return {
    kind: 'AdmissionReview',
    apiVersion: VERSION,
    request: {
      uid: uuid(random),
      ...requestValue(request),
      object: typed(request, request.object),
      oldObject: typed(request, request.oldObject),
    },
  };
}

/** A webhook's verdict, as far as it concerns its caller. */
export interface Verdict {
  allowed: boolean;
  /** The Status that goes with a refusal. */
  result: JsonObject | undefined;
  /** A JSON patch. */
  patch: unknown;
  warnings: readonly string[];
}

/** Reads a webhook's answer; throws an Error for what is none to this review. */
export function readVerdict(answer: JsonObject, review: JsonObject): Verdict {
  const { kind, apiVersion, response } = answer;
  if (kind !== 'AdmissionReview' || apiVersion !== VERSION)
    throw new Error(`expected webhook response of ${VERSION}, Kind=AdmissionReview, got ${String(apiVersion)}, Kind=${String(kind)}`); // prettier-ignore
  if (!isJsonObject(response)) throw new Error('webhook response was absent');
  const { uid } = review['request'] as JsonObject;
  if (response['uid'] !== uid)
    throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response['uid'] ?? '')}`);
  const { allowed, status, patch, patchType, warnings } = response;
  if (typeof patch === 'string' && patch !== '' && patchType !== 'JSONPatch')
    throw new Error('webhook returned response.patch but not response.patchType');
  return {
    allowed: allowed === true,
    result: isJsonObject(status) ? status : undefined,
    patch:
      typeof patch === 'string' && patch !== '' ? JSON.parse(Buffer.from(patch, 'base64').toString('utf8')) : undefined,
    warnings: Array.isArray(warnings) ? warnings.filter((w) => typeof w === 'string') : [],
  };
}

/** How a refusal is told to the client. */
export function refusalBy(webhook: string, { result = {} }: Verdict): StatusError {
  const { message, reason, code } = result;
  const denied = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  const why = typeof message === 'string' && message ? message : typeof reason === 'string' ? reason : '';
  return new StatusError(
    typeof code === 'number' && code >= 400 ? code : 400,
    typeof reason === 'string' ? reason : '',
    why ? `${denied}: ${why}` : `${denied} without explanation`,
  );
}

/** The request's object after a webhook's patch; the patch may refer to `kind` and `apiVersion`. */
export function patched(request: AdmissionRequest, patch: unknown): JsonObject {
  return applyJsonPatch(deepClone(typed(request, request.object)) as unknown as JsonObject, patch);
}
