import type { DirNode } from '../runtime/fs/memory-tree.ts';
import { buildRootfs, type RootfsSpec } from '../runtime/fs/rootfs.ts';
import type { Program } from '../runtime/process.ts';

/** A simulated container image: its configuration, and the programs that stand in for its executables. */
export interface Image {
  /** `docker.io/library/nginx`. */
  readonly repository: string;
  readonly tags: readonly string[];
  /** Bytes, as node status and `crictl images` show it. */
  readonly size: number;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  /** uid and gid that it runs as, or a name that is not a number (which runAsNonRoot cannot verify). */
  readonly user: { uid: number; gid: number; name?: string };
  /** By absolute path in the image. */
  readonly programs: ReadonlyMap<string, Program>;
  /** Roughly what its main process uses, in bytes and nano-cores. */
  readonly usage: { memory: number; cpu: number };
  /** The shared start state of its files; built once. */
  rootfs(): DirNode;
}

export interface ImageSpec {
  repository: string;
  tags: readonly string[];
  size: number;
  entrypoint?: readonly string[];
  cmd?: readonly string[];
  env?: Record<string, string>;
  workingDir?: string;
  user?: { uid: number; gid: number; name?: string };
  programs: ReadonlyMap<string, Program>;
  files?: RootfsSpec;
  usage?: { memory: number; cpu: number };
}

export const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function defineImage(spec: ImageSpec): Image {
  let root: DirNode | undefined;
  return {
    repository: spec.repository,
    tags: spec.tags,
    size: spec.size,
    entrypoint: spec.entrypoint ?? [],
    cmd: spec.cmd ?? [],
    env: { PATH, ...spec.env },
    workingDir: spec.workingDir ?? '/',
    user: spec.user ?? { uid: 0, gid: 0 },
    programs: spec.programs,
    usage: spec.usage ?? { memory: 1_200_000, cpu: 0 },
    rootfs() {
      root ??= buildRootfs(spec.files ?? {}, spec.programs.keys());
      return root;
    },
  };
}
