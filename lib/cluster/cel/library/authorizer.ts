import type { AccessQuestion, RequestedResource } from '../../machinery/access-question.ts';
import { nameIsDnsLabel, nameIsDnsSubdomain } from '../../machinery/names-of-objects.ts';
import { serviceAccountUser, type UserInfo } from '../../machinery/user.ts';
import type { Library } from './library.ts';

export type Authorize = (user: UserInfo, question: AccessQuestion) => { allowed: boolean; reason: string };

class CelResourceCheck {
  readonly owner: CelAuthorizer;
  readonly parts: RequestedResource;
  constructor(owner: CelAuthorizer, parts: RequestedResource) {
    this.owner = owner;
    this.parts = parts;
  }

  with(parts: Partial<RequestedResource>): CelResourceCheck {
    return new CelResourceCheck(this.owner, { ...this.parts, ...parts });
  }
}

/** A question that is not complete yet: the group, or the path, that it is about. */
class CelPartOf {
  readonly owner: CelAuthorizer;
  readonly value: string;
  constructor(owner: CelAuthorizer, value: string) {
    this.owner = owner;
    this.value = value;
  }
}

/** CEL tells types by their classes. */
class CelGroupCheck extends CelPartOf {}
class CelPathCheck extends CelPartOf {}

class CelDecision {
  readonly allowed: boolean;
  readonly reason: string;
  constructor({ allowed, reason }: { allowed: boolean; reason: string }) {
    this.allowed = allowed;
    this.reason = reason;
  }
}

/** What `authorizer` is in expressions: asks on behalf of who made the request. */
export class CelAuthorizer {
  readonly user: UserInfo;
  readonly authorize: Authorize;
  /** What the request itself asks for; absent for another's authorizer. */
  readonly requestResource: CelResourceCheck | undefined;

  constructor(user: UserInfo, authorize: Authorize, request?: RequestedResource) {
    this.user = user;
    this.authorize = authorize;
    this.requestResource = request && new CelResourceCheck(this, request);
  }

  decide(question: AccessQuestion): CelDecision {
    return new CelDecision(this.authorize(this.user, question));
  }
}

const AUTHORIZER = 'kubernetes.authorization.Authorizer';
const PATH = 'kubernetes.authorization.PathCheck';
const GROUP = 'kubernetes.authorization.GroupCheck';
const RESOURCE = 'kubernetes.authorization.ResourceCheck';
const DECISION = 'kubernetes.authorization.Decision';
export const AUTHORIZER_TYPE = AUTHORIZER;
export const RESOURCE_CHECK_TYPE = RESOURCE;

function mustBeGiven(what: string, text: string): void {
  if (!text.trim()) throw new Error(`${what} must not be empty`);
}

function ofServiceAccount({ authorize }: CelAuthorizer, namespace: string, name: string): CelAuthorizer {
  if (nameIsDnsSubdomain(name, false).length) throw new Error('Invalid service account name');
  if (nameIsDnsLabel(namespace, false).length) throw new Error('Invalid service account namespace');
  return new CelAuthorizer(serviceAccountUser(namespace, name), authorize);
}

/** `authorizer.group('apps').resource('deployments').namespace('a').check('create').allowed()` (upstream: library/authz.go) */
export const authorizers: Library = {
  types: [
    { name: RESOURCE, ctor: CelResourceCheck },
    { name: AUTHORIZER, ctor: CelAuthorizer, fields: { requestResource: RESOURCE } },
    { name: PATH, ctor: CelPathCheck },
    { name: GROUP, ctor: CelGroupCheck },
    { name: DECISION, ctor: CelDecision },
  ],
  functions: [
    [
      `${AUTHORIZER}.path(string): ${PATH}`,
      (a: CelAuthorizer, path: string) => {
        mustBeGiven('path', path);
        return new CelPathCheck(a, path);
      },
    ],
    [`${AUTHORIZER}.group(string): ${GROUP}`, (a: CelAuthorizer, group: string) => new CelGroupCheck(a, group)],
    [`${AUTHORIZER}.serviceAccount(string, string): ${AUTHORIZER}`, ofServiceAccount],
    [
      `${GROUP}.resource(string): ${RESOURCE}`,
      ({ owner, value: group }: CelGroupCheck, resource: string) => {
        mustBeGiven('resource', resource);
        return new CelResourceCheck(owner, { group, version: '*', resource });
      },
    ],
    [
      `${RESOURCE}.subresource(string): ${RESOURCE}`,
      (r: CelResourceCheck, subresource: string) => r.with({ subresource }),
    ],
    [`${RESOURCE}.namespace(string): ${RESOURCE}`, (r: CelResourceCheck, namespace: string) => r.with({ namespace })],
    [`${RESOURCE}.name(string): ${RESOURCE}`, (r: CelResourceCheck, name: string) => r.with({ name })],
    // Selectors only narrow what webhooks are asked; RBAC knows none.
    [`${RESOURCE}.fieldSelector(string): ${RESOURCE}`, (r: CelResourceCheck, _selector: string) => r],
    [`${RESOURCE}.labelSelector(string): ${RESOURCE}`, (r: CelResourceCheck, _selector: string) => r],
    [
      `${RESOURCE}.check(string): ${DECISION}`,
      ({ owner, parts }: CelResourceCheck, verb: string) => owner.decide({ verb, ...parts }),
    ],
    [
      `${PATH}.check(string): ${DECISION}`,
      ({ owner, value: path }: CelPathCheck, verb: string) => owner.decide({ verb, path }),
    ],
    [`${DECISION}.allowed(): bool`, ({ allowed }: CelDecision) => allowed],
    [`${DECISION}.reason(): string`, ({ reason }: CelDecision) => reason],
    [`${DECISION}.errored(): bool`, () => false],
    [`${DECISION}.error(): string`, () => ''],
  ],
};
