import type { Clock } from '../../../kit/clock.ts';
import { uuid, type Random } from '../../../kit/random.ts';
import type { Attributes, Authorizer } from '../../access/authorizer.ts';
import { isJsonObject, type JsonObject } from '../../machinery/object.ts';
import type { UserInfo } from '../../machinery/user.ts';
import { decide, type AuditDecision, type AuditedRequest, type AuditPolicy, type AuditStage } from './policy.ts';

export interface AuditorOptions {
  policy: AuditPolicy;
  /** Takes one event as a line of JSON, without its end. */
  write(line: string): void;
  /** The server's own: clients outside of the cluster are on its machine. */
  address: string;
  clock: Clock;
  random: Random;
  authorizer: Authorizer;
}

/** What an event says of a request beside what the policy looks at. */
export interface AuditedCall extends AuditedRequest {
  uri: string;
  /** Of the resource. */
  version?: string;
  impersonated?: UserInfo;
  userAgent?: string;
  sourceIp: string;
}

const shownUser = ({ username, uid, groups, extra }: UserInfo) => ({
  username,
  ...(uid ? { uid } : {}),
  ...(groups.length ? { groups } : {}),
  ...(extra && Object.keys(extra).length ? { extra } : {}),
});

/** Microseconds, as Kubernetes' MicroTime has them. */
const microTime = (ms: number) => new Date(ms).toISOString().replace('Z', '000Z');

/** An object without its managed fields; so are the items of a list. */
function withoutManagedFields(object: JsonObject): JsonObject {
  const { metadata, items } = object;
  const bare = isJsonObject(metadata) ? { ...metadata } : undefined;
  if (bare) delete bare.managedFields;
  return {
    ...object,
    ...(bare ? { metadata: bare } : {}),
    ...(Array.isArray(items)
      ? { items: items.map((item: unknown) => (isJsonObject(item) ? withoutManagedFields(item) : item)) }
      : {}),
  };
}

/** Writes what a policy wants written of the requests of an API server (upstream: apiserver/pkg/audit). */
export class Auditor {
  readonly #options: AuditorOptions;

  constructor(options: AuditorOptions) {
    this.#options = options;
  }

  /** Where requests over a socket come from. */
  get address(): string {
    return this.#options.address;
  }

  /** Begins the events of one request; undefined when none of them is wanted. */
  begin(call: AuditedCall): AuditEntry | undefined {
    const decision = decide(this.#options.policy, call);
    return decision.level === 'None' ? undefined : new AuditEntry(this.#options, call, decision);
  }
}

/** The events of one request, each told once. */
export class AuditEntry {
  readonly #options: AuditorOptions;
  readonly #decision: AuditDecision;
  readonly #event: JsonObject;
  readonly #attributes: Attributes;
  #ended = false;

  constructor(options: AuditorOptions, call: AuditedCall, decision: AuditDecision) {
    this.#options = options;
    this.#decision = decision;
    const { user, impersonated, verb, uri, userAgent, sourceIp, path } = call;
    const { group, version, resource, subresource, namespace, name } = call;
    this.#event = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: decision.level,
      auditID: uuid(options.random),
      stage: '',
      requestURI: uri,
      verb,
      user: shownUser(user),
      ...(impersonated ? { impersonatedUser: shownUser(impersonated) } : {}),
      sourceIPs: [sourceIp],
      ...(userAgent ? { userAgent } : {}),
      ...(resource
        ? {
            objectRef: {
              resource,
              ...(namespace ? { namespace } : {}),
              ...(name ? { name } : {}),
              ...(group ? { apiGroup: group } : {}),
              apiVersion: version,
              ...(subresource ? { subresource } : {}),
            },
          }
        : {}),
      requestReceivedTimestamp: microTime(options.clock.now()),
    };
    this.#attributes = {
      user: impersonated ?? user,
      verb,
      ...(path === undefined ? { group: group ?? '', version: version ?? '', resource: resource ?? '' } : { path }),
      ...(subresource ? { subresource } : {}),
      ...(namespace ? { namespace } : {}),
      ...(name ? { name } : {}),
    };
    this.#write('RequestReceived', {});
  }

  get #wantsRequest(): boolean {
    return this.#decision.level === 'Request' || this.#decision.level === 'RequestResponse';
  }

  get wantsResponse(): boolean {
    return this.#decision.level === 'RequestResponse';
  }

  /** What the client sent: an object names itself; it is written where the level says so. */
  request(object: unknown): void {
    if (!isJsonObject(object)) return;
    const { objectRef } = this.#event;
    const { metadata } = object;
    if (isJsonObject(objectRef) && isJsonObject(metadata)) {
      const { name, uid, resourceVersion } = metadata;
      this.#event['objectRef'] = {
        resource: objectRef.resource,
        ...(objectRef.namespace ? { namespace: objectRef.namespace } : {}),
        ...(objectRef.name || name ? { name: objectRef.name || name } : {}),
        ...(uid ? { uid } : {}),
        ...(objectRef.apiGroup ? { apiGroup: objectRef.apiGroup } : {}),
        apiVersion: objectRef.apiVersion,
        ...(resourceVersion ? { resourceVersion } : {}),
        ...(objectRef.subresource ? { subresource: objectRef.subresource } : {}),
      };
    }
    if (this.#wantsRequest) this.#event['requestObject'] = this.#shown(object);
  }

  /** The answer of a watch or stream has begun. */
  started(code: number): void {
    this.#write('ResponseStarted', { responseStatus: { metadata: {}, code }, ...this.#annotations() });
  }

  /** The answer has been given. `object`: what it holds. */
  complete(code: number, object?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    const isStatus = isJsonObject(object) && object.kind === 'Status';
    const { kind: _kind, apiVersion: _version, ...status } = isStatus ? object : {};
    this.#write('ResponseComplete', {
      responseStatus: { metadata: {}, ...status, code },
      ...(this.wantsResponse && isJsonObject(object) ? { responseObject: this.#shown(object) } : {}),
      ...this.#annotations(),
    });
  }

  #shown(object: JsonObject): JsonObject {
    return this.#decision.omitManagedFields ? withoutManagedFields(object) : object;
  }

  #annotations(): JsonObject {
    const { allowed, reason } = this.#options.authorizer.authorize(this.#attributes);
    return {
      annotations: {
        'authorization.k8s.io/decision': allowed ? 'allow' : 'forbid',
        'authorization.k8s.io/reason': reason,
      },
    };
  }

  #write(stage: AuditStage, more: JsonObject): void {
    if (this.#decision.omitStages.includes(stage)) return;
    const { requestReceivedTimestamp, ...event } = this.#event;
    const { annotations, ...answer } = more;
    this.#options.write(
      JSON.stringify({
        ...event,
        stage,
        ...answer,
        requestReceivedTimestamp,
        stageTimestamp: microTime(this.#options.clock.now()),
        ...(annotations ? { annotations } : {}),
      }),
    );
  }
}
