import type { ApiResult } from '../../machinery/api-request.ts';
import type { Call } from '../core.ts';
import type { StoredObject } from '../strategy.ts';

/** An object as the served version shows it. Warnings are added by the pipeline. */
export function answer(call: Call, code: number, stored: StoredObject): ApiResult {
  return { code, object: call.served.strategy.fromStored(stored), warnings: [] };
}

/** A Status that tells of success (metav1.Status), about the object that a request was for. */
export function success(call: Call, uid: string | undefined): ApiResult {
  const { group, resource } = call.served.resource;
  const details = { name: call.name, ...(group ? { group } : {}), kind: resource, ...(uid ? { uid } : {}) };
  return {
    code: 200,
    object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details },
    warnings: [],
  };
}
