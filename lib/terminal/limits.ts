const MIB = 1024 * 1024;

/** What one host of one learner may take of the real machine. */
export interface Limits {
  /** Processes and threads together. */
  processes: number;
  /** Bytes of memory of all processes together (where control groups allow), and of data of each one. */
  memory: number;
  /** Bytes of the largest file. */
  fileSize: number;
  /** Bytes of all files on the host's disk. */
  disk: number;
  openFiles: number;
}

export const DEFAULT_LIMITS: Limits = {
  processes: 400,
  memory: 1024 * MIB,
  fileSize: 512 * MIB,
  disk: 1024 * MIB,
  openFiles: 4096,
};

/** Resource numbers of setrlimit(2); the same on x86-64 and arm64. */
const RLIMIT = { fsize: 1, data: 2, core: 4, nproc: 6, nofile: 7 } as const;

/** Per-process limits as `[resource, value]`, in the kernel's numbers. */
export function resourceLimits(limits: Limits): [number, number][] {
  return [
    [RLIMIT.fsize, limits.fileSize],
    [RLIMIT.data, limits.memory],
    [RLIMIT.core, 0],
    [RLIMIT.nproc, limits.processes],
    [RLIMIT.nofile, limits.openFiles],
  ];
}
