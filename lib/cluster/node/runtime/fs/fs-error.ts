const TEXTS = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  EROFS: 'Read-only file system',
  EEXIST: 'File exists',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  ENOTEMPTY: 'Directory not empty',
  ELOOP: 'Too many levels of symbolic links',
  EINVAL: 'Invalid argument',
  EBUSY: 'Resource busy',
  EFBIG: 'File too large',
  ENOSPC: 'No space left on device',
  ENXIO: 'No such device or address',
} as const;

export type FsErrorCode = keyof typeof TEXTS;

/** What a file operation of a simulated program fails with. `message` is what strerror says. */
export class FsError extends Error {
  readonly code: FsErrorCode;

  constructor(code: FsErrorCode) {
    super(TEXTS[code]);
    this.code = code;
  }
}

export function isFsError(err: unknown): err is FsError {
  return err instanceof Error && 'code' in err && typeof err.code === 'string' && err.code in TEXTS;
}

/** Turns an error of node:fs into the same error of the simulation; others stay as they are. */
export function fromHost(err: unknown): unknown {
  const code = err instanceof Error && 'code' in err ? err.code : undefined;
  return typeof code === 'string' && code in TEXTS ? new FsError(code as FsErrorCode) : err;
}
