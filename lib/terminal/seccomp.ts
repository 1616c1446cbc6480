/** Machines whose system call numbers we know. */
export type Architecture = 'x64' | 'arm64';

/**
 * System calls that no exam tool needs and that reach for the kernel itself: namespaces, mounts, modules, keys, tracing.
 * Answered with EPERM. Numbers from the kernel's tables; `[x64, arm64]`.
 */
const REFUSED: readonly (readonly [number, number])[] = [
  [272, 97], // unshare
  [308, 268], // setns
  [165, 40], // mount
  [166, 39], // umount2
  [155, 41], // pivot_root
  [161, 51], // chroot
  [428, 428], // open_tree
  [429, 429], // move_mount
  [430, 430], // fsopen
  [431, 431], // fsconfig
  [432, 432], // fsmount
  [433, 433], // fspick
  [442, 442], // mount_setattr
  [321, 280], // bpf
  [298, 241], // perf_event_open
  [250, 219], // keyctl
  [248, 217], // add_key
  [249, 218], // request_key
  [175, 105], // init_module
  [313, 273], // finit_module
  [176, 106], // delete_module
  [246, 104], // kexec_load
  [320, 294], // kexec_file_load
  [323, 282], // userfaultfd
  [425, 425], // io_uring_setup
  [426, 426], // io_uring_enter
  [427, 427], // io_uring_register
  [303, 264], // name_to_handle_at
  [304, 265], // open_by_handle_at
  [101, 117], // ptrace
  [310, 270], // process_vm_readv
  [311, 271], // process_vm_writev
  [167, 224], // swapon
  [168, 225], // swapoff
  [169, 142], // reboot
  [179, 60], // quotactl
  [103, 116], // syslog
  [163, 89], // acct
];

const CALLS = {
  x64: { audit: 0xc000003e, clone: 56, ioctl: 16 },
  arm64: { audit: 0xc00000b7, clone: 220, ioctl: 29 },
} as const;
const CLONE3 = 435;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. */
const NEW_NAMESPACES = 0x7e020000;
/** Pushes bytes into a terminal's input as if they were typed. */
const TIOCSTI = 0x5412;
/** The x32 calls of x86-64 are the same calls under other numbers. */
const X32_BIT = 0x40000000;

const EPERM = 1;
const ENOSYS = 38;
const RETURN_ALLOW = 0x7fff0000;
const returnErrno = (errno: number) => 0x00050000 | errno;

/** Offsets in `struct seccomp_data`. */
const AT_NUMBER = 0;
const AT_ARCH = 4;
const AT_ARGUMENT = (n: number) => 16 + 8 * n;

const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_GREATER_OR_EQUAL = 0x35;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number];

/** `if (test) return errno` */
const refuseWhen = (jump: number, value: number, errno: number): Instruction[] => [
  [jump, 0, 1, value],
  [RETURN, 0, 0, returnErrno(errno)],
];

/** A BPF program for seccomp(2): 8 bytes an instruction, little-endian. */
export function seccompFilter(arch: Architecture): Uint8Array {
  const column = arch === 'x64' ? 0 : 1;
  const { audit, clone, ioctl } = CALLS[arch];
  const program: Instruction[] = [
    [LOAD, 0, 0, AT_ARCH],
    [JUMP_EQUAL, 1, 0, audit],
    [RETURN, 0, 0, returnErrno(ENOSYS)],
    [LOAD, 0, 0, AT_NUMBER],
    ...refuseWhen(JUMP_GREATER_OR_EQUAL, X32_BIT, ENOSYS),
    // Its flags stand in memory, where a filter cannot look; the C library then takes clone.
    ...refuseWhen(JUMP_EQUAL, CLONE3, ENOSYS),
    ...REFUSED.flatMap((numbers) => refuseWhen(JUMP_EQUAL, numbers[column], EPERM)),
    [JUMP_EQUAL, 0, 4, clone],
    [LOAD, 0, 0, AT_ARGUMENT(0)],
    ...refuseWhen(JUMP_ANY_BIT, NEW_NAMESPACES, EPERM),
    [RETURN, 0, 0, RETURN_ALLOW],
    [JUMP_EQUAL, 0, 3, ioctl],
    [LOAD, 0, 0, AT_ARGUMENT(1)],
    ...refuseWhen(JUMP_EQUAL, TIOCSTI, EPERM),
    [RETURN, 0, 0, RETURN_ALLOW],
  ];
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(([code, ifTrue, ifFalse, value], i) => {
    bytes.writeUInt16LE(code, i * 8);
    bytes.writeUInt8(ifTrue, i * 8 + 2);
    bytes.writeUInt8(ifFalse, i * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, i * 8 + 4);
  });
  return bytes;
}
