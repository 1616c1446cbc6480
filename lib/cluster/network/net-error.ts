export type NetErrorCode =
  'ECONNREFUSED' | 'ETIMEDOUT' | 'EHOSTUNREACH' | 'ENETUNREACH' | 'EADDRINUSE' | 'ENOTFOUND' | 'EACCES';

const TEXTS: Record<NetErrorCode, string> = {
  ECONNREFUSED: 'Connection refused',
  ETIMEDOUT: 'Connection timed out',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  EADDRINUSE: 'Address in use',
  ENOTFOUND: 'Name does not resolve',
  EACCES: 'Permission denied',
};

/** What a socket call of a simulated program fails with. `message` is what strerror says. */
export class NetError extends Error {
  readonly code: NetErrorCode;

  constructor(code: NetErrorCode) {
    super(TEXTS[code]);
    this.code = code;
  }
}

export function isNetError(err: unknown): err is NetError {
  return err instanceof Error && 'code' in err && typeof err.code === 'string' && err.code in TEXTS;
}
