import type { Verb, ApiRequest, ApiResult, WatchEvent } from '../machinery/api-request.ts';
import type { FieldError } from '../machinery/field-error.ts';
import { notSupported, tooLong, invalid } from '../machinery/field-error.ts';
import { FieldPath } from '../machinery/field-path.ts';
import { parseFieldSelector, type FieldTerm } from '../machinery/field-selector.ts';
import { StatusError, forbiddenRequest, invalidObject } from '../machinery/status-error.ts';
import type { UserInfo } from '../machinery/user.ts';
import type { Call, Core } from './core.ts';
import { create } from './handlers/create.ts';
import { deleteCollection } from './handlers/delete-collection.ts';
import { deleteObject } from './handlers/delete.ts';
import { patch } from './handlers/patch.ts';
import { get, list } from './handlers/read.ts';
import { put } from './handlers/update.ts';
import type { RunningWatch } from './handlers/watch.ts';
import { watch } from './handlers/watch.ts';
import type { Served } from './registry.ts';
import { subresourceHandler } from './subresources/index.ts';

/** What every client is told of a path that no resource serves. */
export const noSuchResource = (): StatusError =>
  new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});

export const noSuchMethod = (): StatusError =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

/** Refuses what the authorizer does not allow (403), in upstream's words. */
export function mustBeAllowed(core: Core, user: UserInfo, request: ApiRequest): void {
  const { verb, group, version, resource, subresource = '', namespace = '' } = request;
  const fieldSelector = selectedFields(request);
  const name = request.name || (fieldSelector.find((t) => t.field === 'metadata.name' && t.equal)?.value ?? '');
  // A namespace is itself what its permissions are about.
  const inNamespace = group === '' && resource === 'namespaces' && request.name ? request.name : namespace;
  const decision = core.authorizer.authorize({
    user,
    verb,
    group,
    version,
    resource,
    ...(subresource ? { subresource } : {}),
    ...(inNamespace ? { namespace: inNamespace } : {}),
    ...(name ? { name } : {}),
    ...(fieldSelector.length ? { fieldSelector } : {}),
  });
  if (decision.allowed) return;
  throw refusal(user, name ? { ...request, name } : request, inNamespace, decision.reason);
}

/**
 * What a list or watch selects by field. Who lists just `metadata.name=x` asks for x: so a kubelet may watch its own node, and
 * only that.
 */
function selectedFields({ verb, options }: ApiRequest): readonly FieldTerm[] {
  if (verb !== 'list' && verb !== 'watch') return [];
  const terms = parseFieldSelector(options?.fieldSelector ?? '');
  return terms.ok ? terms.value : [];
}

/** `pods is forbidden: User "lena" cannot list resource "pods" in API group "" in the namespace "default"`. */
export function refusal(
  user: UserInfo,
  request: Omit<ApiRequest, 'verb'> & { verb: string },
  namespace: string,
  reason: string,
): StatusError {
  const { verb, group, resource, subresource, name = '' } = request;
  const what = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  const why = `User "${user.username}" cannot ${verb} resource "${what}" in API group "${group}" ${where}`;
  return forbiddenRequest({ group, resource }, name, reason ? `${why}: ${reason}` : why);
}

const OPTIONS_KIND: Partial<Record<Verb, string>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
};

/** Checks the options of a write, in upstream's words. */
function validateWriteOptions({ verb, patchType, options = {} }: ApiRequest): void {
  const kind = OPTIONS_KIND[verb];
  if (!kind) return;
  const errors: FieldError[] = [];
  const { dryRun = [], fieldManager = '', fieldValidation = '', force } = options;
  if (patchType && patchType !== 'apply' && force !== undefined) {
    errors.push({
      reason: 'FieldValueForbidden',
      field: 'force',
      message: 'Forbidden: may not be specified for non-apply patch',
    });
  }
  if (patchType === 'apply' && !fieldManager) {
    errors.push({
      reason: 'FieldValueRequired',
      field: 'fieldManager',
      message: 'Required value: is required for apply patch',
    });
  }
  if (Buffer.byteLength(fieldManager) > 128) errors.push(tooLong(FieldPath.of('fieldManager'), 128));
  // eslint-disable-next-line no-control-regex -- what is refused is what cannot be printed
  else if (/[\u0000-\u001f\u007f]/.test(fieldManager)) {
    errors.push(invalid(FieldPath.of('fieldManager'), fieldManager, 'should only contain printable characters'));
  }
  if (dryRun.some((d) => d !== 'All')) {
    errors.push(notSupported(FieldPath.of('dryRun'), dryRun, ['All']));
  }
  if (!['', 'Ignore', 'Strict', 'Warn'].includes(fieldValidation)) {
    errors.push(notSupported(FieldPath.of('fieldValidation'), fieldValidation, ['', 'Ignore', 'Strict', 'Warn']));
  }
  if (errors.length) throw invalidObject({ group: 'meta.k8s.io', kind }, '', errors);
}

/** Whether a verb is one of a collection's, or one of an object's, as the request names an object or not. */
function fitsPlace({ verb, name }: ApiRequest): boolean {
  if (verb === 'create') return !name;
  return verb === 'update' || verb === 'patch' ? Boolean(name) : true;
}

/** The resource of a request, which must be served with its verb, or an error as upstream's router has it. */
export function servedFor(core: Core, request: ApiRequest): Served {
  const served = core.registry.find(request.group, request.version, request.resource);
  if (!served) throw noSuchResource();
  if (request.subresource) {
    const sub = served.facts.subresources?.find((s) => s.subresource === request.subresource);
    if (!sub) throw noSuchResource();
    if (!sub.verbs.includes(request.verb)) throw noSuchMethod();
  } else if (!served.facts.verbs.includes(request.verb) || !fitsPlace(request)) {
    throw noSuchMethod();
  }
  return served;
}

function callOf(core: Core, user: UserInfo, request: ApiRequest, served: Served, warnings: string[]): Call {
  const { options = {} } = request;
  return {
    core,
    user,
    served,
    subresource: request.subresource ?? '',
    namespace: request.namespace ?? '',
    name: request.name ?? '',
    body: request.body,
    options,
    dryRun: (options.dryRun?.length ?? 0) > 0,
    warn: (text) => {
      if (!warnings.includes(text)) warnings.push(text);
    },
  };
}

/**
 * Carries out one request for a resource, whose body the request owns. Authorization has been done. Rejects with a
 * StatusError for all that is refused. What the client is to be warned of is added to `warnings`, also then.
 */
export async function execute(
  core: Core,
  user: UserInfo,
  request: ApiRequest,
  warnings: string[] = [],
): Promise<ApiResult> {
  const served = servedFor(core, request);
  validateWriteOptions(request);
  const call = callOf(core, user, request, served, warnings);
  if (served.strategy.deprecation) call.warn(served.strategy.deprecation);
  const result = await dispatch(call, request);
  warnings.push(...result.warnings);
  return warnings.length ? { ...result, warnings } : result;
}

function dispatch(call: Call, request: ApiRequest): ApiResult | Promise<ApiResult> {
  const special = subresourceHandler(call);
  if (special) return special(call, request);
  switch (request.verb) {
    case 'get':
      return get(call);
    case 'list':
      return list(call);
    case 'create':
      return create(call);
    case 'update':
      return put(call);
    case 'patch':
      return patch(call, request.patchType ?? 'merge');
    case 'delete':
      return deleteObject(call);
    case 'deletecollection':
      return deleteCollection(call);
    default:
      throw noSuchMethod();
  }
}

/** Starts a watch; authorization has been done. Throws what `execute` rejects with. */
export function startWatch(
  core: Core,
  user: UserInfo,
  request: ApiRequest,
  onEvent: (event: WatchEvent) => void,
): RunningWatch {
  const served = servedFor(core, request);
  return watch(callOf(core, user, request, served, []), onEvent);
}
