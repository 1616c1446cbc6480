import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownName, sweep } from './leftovers.ts';
import type { Limits } from './limits.ts';

/** A controller's place: version 2 (one tree for all) or version 1 (a tree for each). */
export interface ControllerTree {
  version: 1 | 2;
  controllers: readonly string[];
  path: string;
}

const WANTED = ['pids', 'memory', 'cpu'];

/** The trees of the controllers that we use, from the text of /proc/self/mountinfo. */
export function controllerTrees(mountinfo: string): ControllerTree[] {
  const trees: ControllerTree[] = [];
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const path = before.split(' ')[4];
    const [type, , options = ''] = after.split(' ');
    if (path === undefined) continue;
    if (type === 'cgroup2') trees.push({ version: 2, controllers: WANTED, path });
    if (type !== 'cgroup') continue;
    const controllers = options.split(',').filter((o) => WANTED.includes(o));
    if (controllers.length > 0) trees.push({ version: 1, controllers, path });
  }
  // Where version 1 holds a controller, version 2 cannot.
  return trees.some((t) => t.version === 1) ? trees.filter((t) => t.version === 1) : trees;
}

/** The files to write for one host's limits. `cpu` is a share, not a ceiling: an idle machine is all theirs. */
export function controlFiles(tree: ControllerTree, limits: Limits): [string, string][] {
  const files: Record<string, [string, string][]> =
    tree.version === 2
      ? {
          pids: [['pids.max', String(limits.processes)]],
          memory: [
            ['memory.max', String(limits.memory)],
            ['memory.swap.max', '0'],
            ['memory.oom.group', '0'],
          ],
          cpu: [['cpu.weight', '50']],
        }
      : {
          pids: [['pids.max', String(limits.processes)]],
          memory: [['memory.limit_in_bytes', String(limits.memory)]],
          cpu: [['cpu.shares', '512']],
        };
  return tree.controllers.flatMap((c) => files[c] ?? []);
}

function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

/** Groups whose last processes were still ending when their host did; tried again later. */
const ended: string[] = [];

function removeGroup(path: string): void {
  if (!attempt(() => rmdirSync(path))) ended.push(path);
}

/**
 * The control groups of one host, as far as the server may make any (as root it may; an ordinary user has none, and then
 * the limits of each process are what there is).
 */
export class ControlGroups {
  /** Directories whose cgroup.procs a process of the host joins. */
  readonly paths: readonly string[];

  /** `id` is this process's own name for the host. */
  constructor(id: string, limits: Limits) {
    for (const path of ended.splice(0)) removeGroup(path);
    const paths: string[] = [];
    for (const tree of controllerTrees(readFileSync('/proc/self/mountinfo', 'utf8'))) {
      const parent = join(tree.path, 'drydock');
      const path = join(parent, ownName('', id));
      sweep(parent, '', removeGroup);
      if (tree.version === 2) {
        attempt(() => mkdirSync(parent, { recursive: true }));
        for (const dir of [tree.path, parent])
          attempt(() =>
            writeFileSync(join(dir, 'cgroup.subtree_control'), tree.controllers.map((c) => `+${c}`).join(' ')),
          );
      }
      if (!attempt(() => mkdirSync(path, { recursive: true }))) continue;
      for (const [file, value] of controlFiles(tree, limits)) attempt(() => writeFileSync(join(path, file), value));
      paths.push(path);
    }
    this.paths = paths;
  }

  /** After every process has ended. */
  remove(): void {
    for (const path of this.paths) removeGroup(path);
  }
}
