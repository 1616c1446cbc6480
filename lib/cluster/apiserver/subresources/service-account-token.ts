import type { ApiResult } from '../../machinery/api-request.ts';
import { invalid, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { formatTime } from '../../machinery/object.ts';
import { badRequest, conflict, invalidObject, notFound } from '../../machinery/status-error.ts';
import { nodes, pods, secrets, serviceaccounts } from '../../schema/generated/resources.ts';
import type { BoundObjectReference, PodSpec, TokenRequestSpec } from '../../schema/generated/types.ts';
import { storageKey } from '../../store/keys.ts';
import type { Call } from '../core.ts';
import { asObject } from '../core.ts';
import type { TokenIssuer, TokenOrder } from '../options.ts';

const DEFAULT_SECONDS = 3600;
const SHORTEST_SECONDS = 600;
const LONGEST_SECONDS = 2 ** 32;
const BINDABLE = { Pod: pods, Secret: secrets, Node: nodes } as const;

type TokenRequestBody = { metadata: { name?: string; namespace?: string }; spec?: TokenRequestSpec };

function validate(seconds: number): FieldError[] {
  const at = FieldPath.of('spec', 'expirationSeconds');
  if (seconds < SHORTEST_SECONDS) return [invalid(at, seconds, 'may not specify a duration less than 10 minutes')];
  if (seconds > LONGEST_SECONDS) return [invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds')];
  return [];
}

/** `/v1, Kind=ConfigMap`: a kind as Go prints it. */
const showKind = (apiVersion: string, kind: string) =>
  `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;

function boundObject(call: Call, reference: BoundObjectReference): TokenOrder['boundObject'] {
  const { kind = '', apiVersion = 'v1', name = '', uid } = reference;
  const resource = BINDABLE[kind as keyof typeof BINDABLE];
  if (!resource) throw badRequest(`cannot bind token to object of type ${showKind(apiVersion, kind)}`);
  const found = call.core.store.get(storageKey(resource, resource.namespaced ? call.namespace : undefined, name));
  if (!found) throw notFound(resource, name);
  const { metadata, ...rest } = asObject(found);
  if (uid && uid !== metadata.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict({ group: resource.group, resource: resource.kind }, name, why);
  }
  const podSpec = kind === 'Pod' ? (rest as { spec?: PodSpec }).spec : undefined;
  if (podSpec && podSpec.serviceAccountName !== call.name) {
    // Upstream's full stop.
    throw badRequest(
      `cannot bind token for serviceaccount "${call.name}" to pod running with different serviceaccount name.`,
    );
  }
  const nodeName = podSpec?.nodeName;
  const node = nodeName ? call.core.store.get(storageKey(nodes, undefined, nodeName)) : undefined;
  return {
    kind,
    apiVersion,
    name,
    uid: metadata.uid ?? '',
    ...(nodeName ? { nodeName } : {}),
    ...(node?.metadata.uid ? { nodeUid: node.metadata.uid } : {}),
  };
}

/** `serviceaccounts/token`: signs a token for a service account. */
export async function serviceAccountToken(call: Call, tokens: TokenIssuer): Promise<ApiResult> {
  // The decoder has made a TokenRequest of it.
  const body = call.body as TokenRequestBody;
  const account = call.core.store.get(storageKey(serviceaccounts, call.namespace, call.name));
  if (!account) throw notFound(serviceaccounts, call.name);
  const spec = body.spec ?? {};
  // The decoder cannot tell an absent number from zero.
  const seconds = spec.expirationSeconds || DEFAULT_SECONDS;
  const errors = validate(seconds);
  if (errors.length) {
    throw invalidObject({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, body.metadata.name ?? '', errors);
  }
  const audiences = spec.audiences?.length ? spec.audiences : [...tokens.audiences];
  const reference = spec.boundObjectRef?.kind ? spec.boundObjectRef : undefined;
  const bound = reference ? boundObject(call, reference) : undefined;
  const token = await tokens.issue({
    serviceAccount: account,
    audiences,
    expirationSeconds: seconds,
    ...(bound ? { boundObject: bound } : {}),
  });
  const { name, namespace, uid, creationTimestamp } = account.metadata;
  return {
    code: 201,
    object: {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace, uid, creationTimestamp: creationTimestamp && formatTime(call.core.clock.now()) },
      spec: { audiences, expirationSeconds: seconds, boundObjectRef: reference ?? null },
      status: { token, expirationTimestamp: formatTime(call.core.clock.now() + seconds * 1000) },
    },
    warnings: [],
  };
}
