import type { Clock } from '../../kit/clock.ts';
import type { Random } from '../../kit/random.ts';
import type { Client } from '../client/client.ts';
import type { AccessQuestion } from '../machinery/access-question.ts';
import type { ByteDuplex } from '../machinery/kubelet-api.ts';
import type { JsonObject, KubeObject } from '../machinery/object.ts';
import type { Resource } from '../machinery/resource.ts';
import type { TypeInfo } from '../machinery/type-info.ts';
import { forbiddenRequest, type StatusError } from '../machinery/status-error.ts';
import type { UserInfo } from '../machinery/user.ts';
import type { Pod } from '../schema/generated/types.ts';

/** One write on its way to the store (upstream: admission.Attributes). */
export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  resource: Resource;
  /** The fields of its objects, where they are known: what is written into the object is decoded by them. */
  type?: TypeInfo;
  subresource: string;
  namespace: string;
  name: string;
  /** The new object: plugins that mutate change it in place. Absent for DELETE. */
  object?: KubeObject & JsonObject;
  /** The stored object, frozen. Absent for CREATE. */
  oldObject?: KubeObject & JsonObject;
  user: UserInfo;
  dryRun: boolean;
  /** Adds a `Warning` header to the answer. */
  warn(text: string): void;
}

/** A rule of a role, as RBAC objects hold it. */
export interface GrantedRule {
  verbs: readonly string[];
  apiGroups?: readonly string[];
  resources?: readonly string[];
  resourceNames?: readonly string[];
  nonResourceURLs?: readonly string[];
}

/** What the API server's authorizer knows. */
export interface AccessRights {
  authorize(user: UserInfo, question: AccessQuestion): { allowed: boolean; reason: string };
  /** All that RBAC lets a user do in a namespace ('': what holds everywhere). */
  rulesFor(user: UserInfo, namespace: string): readonly GrantedRule[];
}

/** What a plugin may use. The client acts as the API server itself. */
export interface AdmissionContext {
  client: Client;
  clock: Clock;
  random: Random;
  access: AccessRights;
  /** Connects from the control plane; rejects with an error whose `code` is the system's (ECONNREFUSED …). */
  dial(host: string, port: number): Promise<ByteDuplex>;
}

/** One admission plugin. Both phases throw a StatusError to refuse. */
export interface AdmissionPlugin {
  /** Upstream's name, as `--enable-admission-plugins` has it: `LimitRanger`. */
  name: string;
  /** On unless the API server's flags say otherwise. */
  enabledByDefault: boolean;
  /** After decoding, before defaults of the result are applied and it is validated. */
  admit?(request: AdmissionRequest, context: AdmissionContext): Promise<void> | void;
  /** After validation of the object. Must not change it. */
  validate?(request: AdmissionRequest, context: AdmissionContext): Promise<void> | void;
}

/** Whether a request creates a pod, and so what its object is. */
export function createsPod(request: AdmissionRequest): request is AdmissionRequest & { object: Pod & JsonObject } {
  const { operation, resource, subresource, object } = request;
  return (
    operation === 'CREATE' &&
    resource.group === '' &&
    resource.resource === 'pods' &&
    subresource === '' &&
    object !== undefined
  );
}

/**
 * Whether a request writes a resource itself, not one of its subresources, and so what its objects are. The stored object
 * is there for an UPDATE only.
 */
export function writes<T extends KubeObject>(
  request: AdmissionRequest,
  resource: Resource<T>,
  ...operations: AdmissionRequest['operation'][]
): request is AdmissionRequest & { object: T & JsonObject; oldObject: T & JsonObject } {
  return (
    request.subresource === '' &&
    request.resource.group === resource.group &&
    request.resource.resource === resource.resource &&
    operations.includes(request.operation)
  );
}

/** A 403 about the request's object; before its name is made, about what its name will start with. */
export function refuse(request: AdmissionRequest, why: string): StatusError {
  const name = request.name || request.object?.metadata.name || request.object?.metadata.generateName || '';
  return forbiddenRequest(request.resource, name, why);
}
