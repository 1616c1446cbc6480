import type { FieldSet } from '../machinery/managed-fields/field-set.ts';
import { trackUpdate } from '../machinery/managed-fields/track-update.ts';
import { formatTime, isJsonObject } from '../machinery/object.ts';
import type { JsonObject } from '../machinery/object.ts';
import { apiVersionOf } from '../machinery/resource.ts';
import type { Resource } from '../machinery/resource.ts';
import type { TypeInfo } from '../machinery/type-info.ts';
import type { UserInfo } from '../machinery/user.ts';
import { builtInKind } from '../schema/lookup.ts';
import { zeroValue } from '../schema/zero-values.ts';
import type { Call } from './core.ts';
import type { StoredObject } from './strategy.ts';

/** The type of an object in its stored form. */
export function storedType(call: Call): TypeInfo | undefined {
  return call.served.custom?.type ?? builtInKind(call.served.strategy.storedResource);
}

/**
 * The version in which fields are managed: the stored one, but of custom kinds the request's, as their versions hold the
 * same fields.
 */
export function managedAs({ served }: Call): Resource {
  return served.custom ? served.resource : served.strategy.storedResource;
}

/** What stands for the live object where there is none. */
export function nothingYet(type: TypeInfo): JsonObject {
  const zero = zeroValue(type);
  return isJsonObject(zero) ? zero : {};
}

const EVERYTHING: FieldSet = {};

/** What the endpoint of a call does not write, whatever the client sends. */
export function ignoredFields(call: Call, draft: JsonObject): FieldSet | undefined {
  if (call.subresource === 'status') {
    const others = Object.keys(draft).filter((member) => member !== 'status' && member !== 'metadata');
    const ignored = Object.fromEntries(others.map((member) => [`f:${member}`, EVERYTHING]));
    return call.served.strategy.custom ? { ...ignored, 'f:metadata': EVERYTHING } : ignored;
  }
  return call.served.strategy.hasStatus && call.subresource === '' ? { 'f:status': EVERYTHING } : undefined;
}

/** Notes in metadata.managedFields who has set what with this write. `old` is absent for a creation. */
export function manageFields(call: Call, draft: StoredObject, old: StoredObject | undefined): void {
  const type = storedType(call);
  if (!type) return;
  const fixed = old && call.subresource === '' ? call.served.strategy.fixed : [];
  const unwritten = ignoredFields(call, draft);
  const ignored = fixed.length
    ? { ...unwritten, ...Object.fromEntries(fixed.map((member) => [`f:${member}`, EVERYTHING])) }
    : unwritten;
  const managedFields = trackUpdate({
    type,
    live: old ?? nothingYet(type),
    creating: !old,
    draft,
    manager: call.options.fieldManager ?? '',
    apiVersion: apiVersionOf(managedAs(call)),
    subresource: call.subresource,
    now: formatTime(call.core.clock.now()),
    ...(ignored ? { ignored } : {}),
  });
  const { managedFields: _sent, ...metadata } = draft.metadata;
  draft.metadata = managedFields ? { ...metadata, managedFields } : metadata;
}

/** The program that a component of the cluster is, as its user agent names it. */
export function managerOfUser({ username }: UserInfo): string {
  if (username.startsWith('system:node:')) return 'kubelet';
  if (username.startsWith('system:serviceaccount:kube-system:')) return 'kube-controller-manager';
  if (username === 'system:apiserver') return 'kube-apiserver';
  return username.startsWith('system:') ? username.slice('system:'.length) : 'unknown';
}
