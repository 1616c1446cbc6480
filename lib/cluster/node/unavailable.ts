import { StatusError } from '../machinery/status-error.ts';

/** The API server could not reach a kubelet: what it answers then. */
export const serviceUnavailable = (why: string): StatusError => new StatusError(500, 'InternalError', why);
