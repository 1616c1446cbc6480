import type { DirNode, MemoryNode } from './memory-tree.ts';

/** When the image was built, as far as file times tell. */
const BUILT = Date.UTC(2026, 5, 1);

const META = { uid: 0, gid: 0, mtime: BUILT };

/**
 * What an image holds, by path: a string is a file's text, a function makes it when it is first read, and `{link}` is a
 * symlink; a path that ends in a slash is a directory. Programs are listed apart.
 */
export type RootfsSpec = Readonly<
  Record<
    string,
    string | (() => string) | { link: string } | { mode: number; uid?: number; gid?: number; content?: string }
  >
>;

/** Builds the shared start state of an image's root file system. `programs` are paths of executables. */
export function buildRootfs(spec: RootfsSpec, programs: Iterable<string>): DirNode {
  const root: DirNode = { type: 'dir', children: new Map(), owner: undefined, mode: 0o755, ...META };
  for (const dir of ['bin/', 'dev/', 'etc/', 'home/', 'proc/', 'root/', 'sys/', 'usr/', 'var/'])
    place(root, dir, undefined);
  place(root, 'tmp/', { mode: 0o1777 });
  for (const path of programs) {
    place(root, path.slice(1), { type: 'file', content: EXECUTABLE, mode: 0o755, ...META });
  }
  for (const [path, value] of Object.entries(spec)) {
    const at = path.slice(1);
    if (typeof value === 'string') place(root, at, { type: 'file', content: Buffer.from(value), mode: 0o644, ...META });
    else if (typeof value === 'function') {
      place(root, at, { type: 'file', content: () => Buffer.from(value()), mode: 0o644, ...META });
    } else if ('link' in value) place(root, at, { type: 'symlink', target: value.link, mode: 0o777, ...META });
    else if (at.endsWith('/')) place(root, at, value);
    else {
      const { mode, uid = 0, gid = 0, content = '' } = value;
      place(root, at, { type: 'file', content: Buffer.from(content), mode, uid, gid, mtime: BUILT });
    }
  }
  return root;
}

/** All programs share one content: the first bytes of any executable. */
const EXECUTABLE = new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]);

function place(
  root: DirNode,
  path: string,
  node: MemoryNode | { mode: number; uid?: number; gid?: number } | undefined,
): void {
  const parts = path.split('/');
  const name = parts.pop();
  let dir = root;
  for (const part of parts) {
    let child = dir.children.get(part);
    if (child?.type !== 'dir') {
      child = { type: 'dir', children: new Map(), owner: undefined, mode: 0o755, ...META };
      dir.children.set(part, child);
    }
    dir = child;
  }
  if (name && node && 'type' in node) dir.children.set(name, node);
  else if (!name && node) Object.assign(dir, node);
}
