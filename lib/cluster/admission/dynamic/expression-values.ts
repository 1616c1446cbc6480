import { CelAuthorizer, fromJson, type Program } from '../../cel/index.ts';
import type { KubeObject } from '../../machinery/object.ts';
import type { Namespace } from '../../schema/generated/types.ts';
import type { AdmissionContext, AdmissionRequest } from '../plugin.ts';

/** What `request` is in expressions, and most of what a webhook is sent. */
export function requestValue(request: AdmissionRequest): Record<string, unknown> {
  const { resource, subresource, name, namespace, operation, user, dryRun } = request;
  const kind = { group: resource.group, version: resource.version, kind: resource.kind };
  const of = { group: resource.group, version: resource.version, resource: resource.resource };
  const options: Partial<Record<string, string>> = {
    CREATE: 'CreateOptions',
    UPDATE: 'UpdateOptions',
    DELETE: 'DeleteOptions',
  };
  return {
    kind,
    resource: of,
    ...(subresource && { subResource: subresource }),
    requestKind: kind,
    requestResource: of,
    ...(subresource && { requestSubResource: subresource }),
    name,
    ...(namespace && { namespace }),
    operation,
    userInfo: {
      username: user.username,
      ...(user.uid && { uid: user.uid }),
      groups: [...user.groups],
      ...(user.extra && { extra: user.extra }),
    },
    dryRun,
    options: { kind: options[operation] ?? 'ConnectOptions', apiVersion: 'meta.k8s.io/v1' },
  };
}

/** An object with its kind, as expressions and webhooks see it. */
export function typed(request: AdmissionRequest, object: KubeObject | undefined): KubeObject | null {
  if (!object) return null;
  const { group, version, kind } = request.resource;
  return { apiVersion: group ? `${group}/${version}` : version, kind, ...object };
}

export function variablesOf(
  request: AdmissionRequest,
  { access }: AdmissionContext,
  namespace: Namespace | undefined,
  params?: KubeObject,
): Record<string, unknown> {
  const { group, version, resource } = request.resource;
  const { subresource, namespace: where, name } = request;
  const authorize = access.authorize.bind(access);
  return {
    object: fromJson(typed(request, request.object)),
    oldObject: fromJson(typed(request, request.oldObject)),
    request: fromJson({ subResource: '', requestSubResource: '', namespace: '', ...requestValue(request) }),
    namespaceObject: fromJson(namespace ?? null),
    params: fromJson(params ?? null),
    authorizer: new CelAuthorizer(request.user, authorize, {
      group,
      version,
      resource,
      ...(subresource && { subresource }),
      ...(where && { namespace: where }),
      ...(name && { name }),
    }),
  };
}

/**
 * Adds `variables`, each computed when an expression first asks for it: one that fails spoils only expressions that use it.
 */
export function withLazyVariables(
  values: Record<string, unknown>,
  variables: readonly { name: string; expression: string; program: Program | undefined }[],
): Record<string, unknown> {
  const computed: Record<string, unknown> = {};
  // Not a copy: that would ask for every value.
  const all = Object.create(values, { variables: { value: computed, enumerable: true } }) as Record<string, unknown>;
  for (const { name, expression, program } of variables) {
    Object.defineProperty(computed, name, {
      enumerable: true,
      configurable: true,
      get() {
        const result = program?.evaluate(all);
        if (!result?.ok)
          throw new Error(`composited variable "${name}" fails to evaluate: ${result?.error ?? expression}`);
        Object.defineProperty(computed, name, { value: result.value, enumerable: true });
        return result.value;
      },
    });
  }
  return all;
}
