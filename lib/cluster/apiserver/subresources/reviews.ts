import type { Attributes } from '../../access/authorizer.ts';
import type { ApiResult } from '../../machinery/api-request.ts';
import { invalid, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import type { JsonObject } from '../../machinery/object.ts';
import { formatTime, isJsonObject } from '../../machinery/object.ts';
import { apiVersionOf } from '../../machinery/resource.ts';
import { badRequest, invalidObject } from '../../machinery/status-error.ts';
import type { UserInfo } from '../../machinery/user.ts';
import type { NonResourceAttributes, ResourceAttributes } from '../../schema/generated/types.ts';
import type { Call } from '../core.ts';
import type { RuleResolver, TokenIssuer, Authenticator } from '../options.ts';
import { selectedFields, selectorErrors } from './review-selectors.ts';

interface AccessSpec {
  resourceAttributes?: ResourceAttributes;
  nonResourceAttributes?: NonResourceAttributes;
  user?: string;
  groups?: string[];
  uid?: string;
  extra?: Record<string, string[]>;
}

const SPEC = FieldPath.of('spec');
const RESOURCE_ATTRIBUTES = SPEC.child('resourceAttributes');
const EITHER = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';

/** The review as it was sent, with its result. Reviews are answered, not stored. */
function reviewed(call: Call, status: JsonObject): ApiResult {
  const { kind } = call.served.resource;
  const body = isJsonObject(call.body) ? call.body : {};
  const metadata = isJsonObject(body['metadata']) ? body['metadata'] : {};
  const object = { ...body, kind, apiVersion: apiVersionOf(call.served.resource), metadata, status };
  return { code: 201, object, warnings: [] };
}

const specOf = (call: Call): JsonObject => (call.body as { spec?: JsonObject }).spec ?? {};

function mustBeValid(call: Call, errors: readonly FieldError[]): void {
  if (errors.length) throw invalidObject({ group: '', kind: '' }, '', errors);
  const { name } = (call.body as { metadata: { name?: string } }).metadata;
  if (name) {
    const why = 'must be empty except for namespace';
    throw invalidObject({ group: '', kind: '' }, '', [invalid(FieldPath.of('metadata'), { name }, why)]);
  }
}

function attributesOf(user: UserInfo, { resourceAttributes: r, nonResourceAttributes: n }: AccessSpec): Attributes {
  if (n) return { user, verb: n.verb ?? '', path: n.path ?? '' };
  const { verb = '', group = '', version = '', resource = '', subresource, namespace, name } = r ?? {};
  const fieldSelector = selectedFields(r ?? {});
  return {
    user,
    verb,
    group,
    version,
    resource,
    ...(subresource ? { subresource } : {}),
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    ...(fieldSelector.length ? { fieldSelector } : {}),
  };
}

function decide(call: Call, user: UserInfo, spec: AccessSpec): ApiResult {
  const { allowed, reason } = call.core.authorizer.authorize(attributesOf(user, spec));
  return reviewed(call, { allowed, ...(reason ? { reason } : {}) });
}

/** As the API server's own form of it prints. */
const shown = ({ path = '', verb = '' }: NonResourceAttributes) => ({ Path: path, Verb: verb });

function oneOf(spec: AccessSpec): FieldError[] {
  const { resourceAttributes: r, nonResourceAttributes: n } = spec;
  if (r && n)
    return [
      invalid(
        SPEC.child('nonResourceAttributes'),
        shown(n),
        `cannot be specified in combination with resourceAttributes`,
      ),
    ];
  return !r && !n ? [invalid(RESOURCE_ATTRIBUTES, null, EITHER)] : [];
}

export function selfSubjectAccessReview(call: Call): ApiResult {
  const spec: AccessSpec = specOf(call);
  mustBeValid(call, [...oneOf(spec), ...selectorErrors(spec.resourceAttributes, RESOURCE_ATTRIBUTES)]);
  return decide(call, call.user, spec);
}

const namedUser = (spec: AccessSpec): UserInfo => ({
  username: spec.user ?? '',
  groups: spec.groups ?? [],
  ...(spec.uid ? { uid: spec.uid } : {}),
  ...(spec.extra ? { extra: spec.extra } : {}),
});

function subjectErrors(spec: AccessSpec): FieldError[] {
  const why = 'at least one of user or group must be specified';
  return [
    ...oneOf(spec),
    ...(spec.user || spec.groups?.length ? [] : [invalid(SPEC.child('user'), spec.user ?? '', why)]),
    ...selectorErrors(spec.resourceAttributes, RESOURCE_ATTRIBUTES),
  ];
}

export function subjectAccessReview(call: Call): ApiResult {
  const spec: AccessSpec = specOf(call);
  mustBeValid(call, subjectErrors(spec));
  return decide(call, namedUser(spec), spec);
}

export function localSubjectAccessReview(call: Call): ApiResult {
  const spec: AccessSpec = specOf(call);
  const errors = subjectErrors(spec);
  const { resourceAttributes: r } = spec;
  if (r && r.namespace !== call.namespace) {
    errors.push(invalid(RESOURCE_ATTRIBUTES.child('namespace'), r.namespace ?? '', 'must match metadata.namespace'));
  }
  if (spec.nonResourceAttributes) {
    const { nonResourceAttributes: n } = spec;
    errors.push(invalid(SPEC.child('nonResourceAttributes'), shown(n), 'disallowed on this kind of request'));
  }
  mustBeValid(call, errors);
  return decide(call, namedUser(spec), spec);
}

export function selfSubjectRulesReview(call: Call, rules: RuleResolver): ApiResult {
  const { namespace }: { namespace?: string } = specOf(call);
  if (!namespace) throw badRequest('no namespace on request');
  const { resourceRules, nonResourceRules, incomplete, evaluationError } = rules.rulesFor(call.user, namespace);
  const status = { resourceRules, nonResourceRules, incomplete, ...(evaluationError ? { evaluationError } : {}) };
  return reviewed(call, status);
}

function userStatus({ username, uid, groups, extra }: UserInfo): JsonObject {
  return {
    ...(username ? { username } : {}),
    ...(uid ? { uid } : {}),
    ...(groups.length ? { groups } : {}),
    ...(extra && Object.keys(extra).length ? { extra } : {}),
  };
}

export function selfSubjectReview(call: Call): ApiResult {
  const result = reviewed(call, { userInfo: userStatus(call.user) });
  const metadata = { creationTimestamp: formatTime(call.core.clock.now()) };
  return { ...result, object: { ...result.object, metadata } };
}

export async function tokenReview(call: Call, authenticator: Authenticator, tokens: TokenIssuer): Promise<ApiResult> {
  const { token = '', audiences = [] }: { token?: string; audiences?: string[] } = specOf(call);
  if (!token) throw badRequest('token is required for TokenReview in authentication');
  const wanted = audiences.length ? audiences : tokens.audiences;
  const { user, audiences: met, error } = await authenticator.reviewToken(token, wanted);
  const status = user
    ? { authenticated: true, user: userStatus(user), audiences: met ?? [...wanted] }
    : { ...(error ? { error } : {}), user: {} };
  return reviewed(call, status);
}
