import type { ApiResult, RequestOptions } from '../../machinery/api-request.ts';
import { forbidden, invalid, notSupported } from '../../machinery/field-error.ts';
import type { FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { apiVersionOf } from '../../machinery/resource.ts';
import { StatusError, badRequest, gone, invalidObject, notFound } from '../../machinery/status-error.ts';
import type { Call } from '../core.ts';
import { asObject, keyOf } from '../core.ts';
import { selectionOf } from '../selection.ts';
import type { StoredObject } from '../strategy.ts';
import { answer } from './answer.ts';
import { LATEST, pageExpired, readContinue, writeContinue } from './continue-token.ts';

/** GET of an object. */
export function get(call: Call): ApiResult {
  const object = call.core.store.get(keyOf(call, call.name));
  if (!object) throw notFound(call.served.resource, call.name);
  versionOf(call, call.options.resourceVersion);
  return answer(call, 200, asObject(object));
}

/** The keys that a list or watch of this call is about. */
export function rangeOf(call: Call): string {
  const { prefix, resource } = call.served.strategy;
  return resource.namespaced && call.namespace ? `${prefix}${call.namespace}/` : prefix;
}

/** Checks the options that list and watch share, as upstream's ValidateListOptions does. */
export function validateListOptions(options: RequestOptions, isWatch: boolean): void {
  const { resourceVersion, resourceVersionMatch: match, sendInitialEvents } = options;
  const at = FieldPath.of('resourceVersionMatch');
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined) {
    const initial = FieldPath.of('sendInitialEvents');
    if (!isWatch) errors.push(forbidden(initial, 'sendInitialEvents is forbidden for list'));
    else if (match !== 'NotOlderThan') {
      errors.push(forbidden(at, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
    }
  } else if (match) {
    if (isWatch)
      errors.push(forbidden(at, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
    else if (!resourceVersion) {
      errors.push(forbidden(at, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    }
    if (options.continue) errors.push(forbidden(at, 'resourceVersionMatch is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      errors.push(notSupported(at, match, ['Exact', 'NotOlderThan', '']));
    } else if (match === 'Exact' && resourceVersion === '0') {
      errors.push(forbidden(at, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (errors.length) throw invalidObject({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
}

/** Reads a resourceVersion of a request: 0 for none; refuses one that has not happened yet. */
export function versionOf(call: Call, text: string | undefined): number {
  if (!text) return 0;
  if (!/^\d{1,18}$/.test(text)) {
    const at = FieldPath.of('resourceVersion');
    const why = `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
    const error = invalid(at, text, why);
    // Upstream gives no reason here.
    throw new StatusError(400, '', `${error.field}: ${error.message}`);
  }
  const version = Number(text);
  const { revision } = call.core.store;
  if (version > revision) {
    throw new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${version}, current: ${revision}`, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    });
  }
  return version;
}

/** What a list found: its objects in stored form, and the list's metadata. */
export interface Listing {
  items: StoredObject[];
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
}

/** Lists what a call selects, in stored form. */
export function listObjects(call: Call): Listing {
  const { options, core } = call;
  validateListOptions(options, false);
  const selection = selectionOf(options, call.served.strategy);
  const range = rangeOf(call);
  const asked = versionOf(call, options.resourceVersion);
  const page = options.continue ? readContinue(options.continue, range) : undefined;
  if (page && asked > 0) throw badRequest('specifying resource version is not allowed when using continue');
  const { resourceVersionMatch: match, limit: pageSize = 0 } = options;
  // A page of a version without a match means exactly that version.
  const isExact = match === 'Exact' || (!match && asked > 0 && pageSize > 0);
  const wanted = page && page.revision !== LATEST ? page.revision : isExact ? asked : undefined;
  const revision = wanted ?? core.store.revision;
  if (revision < core.store.compactRevision) {
    throw page ? pageExpired(page, range) : gone(`The resourceVersion for the provided list is too old.`);
  }
  // A list "from any state" is served whole.
  const limit = options.resourceVersion === '0' && !page ? 0 : Math.max(pageSize, 0);
  const metadata: Listing['metadata'] = { resourceVersion: String(revision) };

  if (!selection.selective) {
    const found = core.store.list(range, { revision, limit, ...(page ? { after: page.after } : {}) });
    if (found.remaining) {
      metadata.continue = writeContinue({ revision, after: found.lastKey }, range);
      metadata.remainingItemCount = found.remaining;
    }
    return { items: found.items.map(asObject), metadata };
  }
  if (selection.name && call.namespace && call.served.resource.namespaced) {
    const one = core.store.get(range + selection.name, revision);
    return { items: one && selection.matches(asObject(one)) ? [asObject(one)] : [], metadata };
  }
  const all = core.store.list(range, { revision, ...(page ? { after: page.after } : {}) }).items.map(asObject);
  const items = all.filter((o) => selection.matches(o));
  if (limit && items.length > limit) {
    items.length = limit;
    const last = items[limit - 1];
    if (last)
      metadata.continue = writeContinue(
        { revision, after: keyOf({ ...call, namespace: last.metadata.namespace ?? '' }, last.metadata.name) },
        range,
      );
  }
  return { items, metadata };
}

/** GET of a collection. */
export function list(call: Call): ApiResult {
  const { items, metadata } = listObjects(call);
  const { strategy, resource } = call.served;
  const object = {
    kind: listKind(call),
    apiVersion: apiVersionOf(resource),
    metadata,
    items: items.map((o) => strategy.fromStored(o)),
  };
  return { code: 200, object, warnings: [] };
}

export function listKind(call: Call): string {
  return call.served.custom?.listKind ?? `${call.served.resource.kind}List`;
}
