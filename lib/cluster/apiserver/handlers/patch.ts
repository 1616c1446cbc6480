import type { ApiResult, PatchType } from '../../machinery/api-request.ts';
import { notSimulated } from '../../machinery/status-error.ts';
import type { Call } from '../core.ts';

/** PATCH of an object. */
export function patch(_call: Call, type: PatchType): Promise<ApiResult> {
  return Promise.reject(notSimulated(`a ${type} patch`));
}
