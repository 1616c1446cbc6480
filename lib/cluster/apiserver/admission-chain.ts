import type { AdmissionContext, AdmissionPlugin, AdmissionRequest } from '../admission/plugin.ts';
import type { Call } from './core.ts';
import { typeOf } from './registry.ts';
import type { StoredObject } from './strategy.ts';

/** All admission plugins in their order. */
export interface AdmissionChain {
  admit(request: AdmissionRequest): Promise<void>;
  validate(request: AdmissionRequest): Promise<void>;
}

/** Plugins that do not answer with a promise cost no turn of the event loop. */
export function admissionChain(plugins: readonly AdmissionPlugin[], context: () => AdmissionContext): AdmissionChain {
  const mutating = plugins.filter((p) => 'admit' in p);
  const validating = plugins.filter((p) => 'validate' in p);
  return {
    async admit(request) {
      for (const plugin of mutating) {
        const pending = plugin.admit?.(request, context());
        if (pending) await pending;
      }
    },
    async validate(request) {
      for (const plugin of validating) {
        const pending = plugin.validate?.(request, context());
        if (pending) await pending;
      }
    },
  };
}

/** What plugins are told about a call. */
export function admissionRequest(
  call: Call,
  operation: AdmissionRequest['operation'],
  object: StoredObject | undefined,
  oldObject: StoredObject | undefined,
): AdmissionRequest {
  const type = typeOf(call.served);
  return {
    operation,
    resource: call.served.resource,
    ...(type ? { type } : {}),
    subresource: call.subresource,
    namespace: call.namespace,
    name: call.name || (object?.metadata.name ?? ''),
    ...(object ? { object } : {}),
    ...(oldObject ? { oldObject } : {}),
    user: call.user,
    dryRun: call.dryRun,
    warn: (text) => call.warn(text),
  };
}
