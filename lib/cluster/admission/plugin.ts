import type { Clock } from '../../kit/clock.ts';
import type { Client } from '../client/client.ts';
import type { JsonObject, KubeObject } from '../machinery/object.ts';
import type { Resource } from '../machinery/resource.ts';
import type { UserInfo } from '../machinery/user.ts';

/** One write on its way to the store (upstream: admission.Attributes). */
export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  resource: Resource;
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

/** What a plugin may use. The client acts as the API server itself. */
export interface AdmissionContext {
  client: Client;
  clock: Clock;
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
