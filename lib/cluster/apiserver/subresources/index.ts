import type { ApiRequest, ApiResult } from '../../machinery/api-request.ts';
import type { Call } from '../core.ts';
import { scale } from './scale.ts';

/** Carries out all verbs of one subresource (or virtual resource) that are not the common ones on the stored object. */
export type SubresourceHandler = (call: Call, request: ApiRequest) => ApiResult | Promise<ApiResult>;

/** By resource and subresource: `pods/binding.`, `deployments.apps/scale`; `*` stands for any resource. */
const HANDLERS: Readonly<Record<string, SubresourceHandler>> = {
  '*/scale': scale,
};

/** The handler of what is no plain object, or undefined for what the common handlers serve. */
export function subresourceHandler(call: Call): SubresourceHandler | undefined {
  const { group, resource } = call.served.resource;
  const what = group ? `${resource}.${group}` : resource;
  if (!call.subresource) return HANDLERS[what];
  return HANDLERS[`${what}/${call.subresource}`] ?? HANDLERS[`*/${call.subresource}`];
}
