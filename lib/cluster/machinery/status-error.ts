import type { FieldError } from './field-error.ts';
import { groupKind, groupResource } from './resource.ts';

/** The API's answer when a request did not succeed (`metav1.Status`). */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, unknown>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code: number;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: { reason?: string; message?: string; field?: string }[];
  retryAfterSeconds?: number;
}

/** Carries a Status through the code as an exception. Test `statusCode(err)` or `statusReason(err)`, not the class. */
export class StatusError extends Error {
  readonly status: Status;

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.name = 'StatusError';
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason ? { reason } : {}),
      ...(details ? { details } : {}),
      code,
    };
  }
}

/** The Status that an error carries, if it is one of the API's. */
export function statusOf(err: unknown): Status | undefined {
  const status = (err as { status?: Status } | null)?.status;
  return status?.kind === 'Status' ? status : undefined;
}

export const statusReason = (err: unknown): string | undefined => statusOf(err)?.reason;
export const isNotFound = (err: unknown): boolean => statusReason(err) === 'NotFound';
export const isConflict = (err: unknown): boolean => statusReason(err) === 'Conflict';
export const isAlreadyExists = (err: unknown): boolean => statusReason(err) === 'AlreadyExists';
export const isForbidden = (err: unknown): boolean => statusReason(err) === 'Forbidden';

type GroupResource = { group: string; resource: string };
type GroupKind = { group: string; kind: string };

const about = (r: GroupResource, name: string): StatusDetails => ({
  ...(name ? { name } : {}),
  ...(r.group ? { group: r.group } : {}),
  kind: r.resource,
});

export const notFound = (r: GroupResource, name: string): StatusError =>
  new StatusError(404, 'NotFound', `${groupResource(r)} "${name}" not found`, about(r, name));

export const alreadyExists = (r: GroupResource, name: string): StatusError =>
  new StatusError(409, 'AlreadyExists', `${groupResource(r)} "${name}" already exists`, about(r, name));

export const conflict = (r: GroupResource, name: string, why: string): StatusError =>
  new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${groupResource(r)} "${name}": ${why}`,
    about(r, name),
  );

/** What every stale update is told. */
export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export const forbiddenRequest = (r: GroupResource, name: string, why: string): StatusError =>
  new StatusError(
    403,
    'Forbidden',
    name ? `${groupResource(r)} "${name}" is forbidden: ${why}` : `${groupResource(r)} is forbidden: ${why}`,
    about(r, name),
  );

export const unauthorized = (): StatusError => new StatusError(401, 'Unauthorized', 'Unauthorized');

export const badRequest = (message: string): StatusError => new StatusError(400, 'BadRequest', message);

export const gone = (message: string): StatusError => new StatusError(410, 'Expired', message);

export const tooManyRequests = (message: string, retryAfterSeconds: number, details: StatusDetails = {}): StatusError =>
  new StatusError(429, 'TooManyRequests', message, {
    ...details,
    ...(retryAfterSeconds ? { retryAfterSeconds } : {}),
  });

export const methodNotSupported = (r: GroupResource, verb: string): StatusError =>
  new StatusError(
    405,
    'MethodNotAllowed',
    `${verb} is not supported on resources of kind "${groupResource(r)}"`,
    about(r, ''),
  );

export const internalError = (why: string): StatusError =>
  new StatusError(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] });

/** 501, naming what Drydock does not simulate: never a plausible lie. */
export const notSimulated = (what: string): StatusError =>
  new StatusError(501, 'NotImplemented', `${what} is not simulated by Drydock`);

/** 422 with all field errors, duplicates dropped, worded as upstream's NewInvalid. */
export function invalidObject(kind: GroupKind, name: string, errors: readonly FieldError[]): StatusError {
  const causes = errors.map((e) => ({ reason: e.reason, message: e.message, field: e.field }));
  const texts = [...new Set(errors.map((e) => `${e.field}: ${e.message}`))];
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return new StatusError(422, 'Invalid', `${groupKind(kind)} "${name}" is invalid: ${list}`, {
    ...(name ? { name } : {}),
    ...(kind.group ? { group: kind.group } : {}),
    kind: kind.kind,
    causes,
  });
}
