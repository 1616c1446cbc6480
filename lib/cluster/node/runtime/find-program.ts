import { baseName, joinPath, type FileSystem } from './fs/file-system.ts';
import { isFsError } from './fs/fs-error.ts';
import type { Program, World } from './process.ts';

export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What exec(2) made of a name: a program with its argv, or why not (a shell's status: 126 found but not run, 127 not found). */
export type Found =
  | { program: Program; argv: readonly string[] }
  | { error: 'not found'; code: 127 }
  | { error: 'no such file'; code: 127 }
  | { error: 'permission denied'; code: 126 }
  | { error: 'is a directory'; code: 126 }
  | { error: 'exec format error'; code: 126 };

/** Finds what to run for an argv, through PATH, symlinks and `#!` lines. */
export function findProgram(
  world: World,
  fs: FileSystem,
  argv: readonly string[],
  cwd: string,
  path: string | undefined,
): Found {
  const name = argv[0] ?? '';
  const candidates = name.includes('/')
    ? [joinPath(cwd, name)]
    : (path ?? DEFAULT_PATH).split(':').map((dir) => joinPath(cwd, `${dir || '.'}/${name}`));
  let denied = false;
  for (const file of candidates) {
    let entry;
    try {
      entry = fs.stat(file);
    } catch (err) {
      if (isFsError(err) && err.code === 'EACCES') denied = true;
      continue;
    }
    if (entry.type === 'dir') {
      if (name.includes('/')) return { error: 'is a directory', code: 126 };
      continue;
    }
    if (!fs.access(file, 1)) {
      denied = true;
      continue;
    }
    return load(world, fs, file, argv, cwd);
  }
  if (denied) return { error: 'permission denied', code: 126 };
  return name.includes('/') ? { error: 'no such file', code: 127 } : { error: 'not found', code: 127 };
}

function load(world: World, fs: FileSystem, file: string, argv: readonly string[], cwd: string): Found {
  const program = world.program(file) ?? world.program(fs.realpath(file));
  const content = fs.access(file, 4) ? fs.readFile(file) : new Uint8Array();
  const isBinary = content[0] === 0x7f && content[1] === 0x45;
  if (program && isBinary) return { program, argv };
  if (isBinary) {
    // A copy of a program goes on being that program under its old name, as busybox and others are called by theirs.
    const known = world.program(`/bin/${baseName(file)}`) ?? world.program(`/usr/bin/${baseName(file)}`);
    return known ? { program: known, argv } : { error: 'exec format error', code: 126 };
  }
  const firstLine = /^#!\s*(\S+)(?:[ \t]+(.*?))?\s*$/m.exec(
    Buffer.from(content.subarray(0, 256)).toString().split('\n')[0] ?? '',
  );
  if (!firstLine?.[1]) return { error: 'exec format error', code: 126 };
  const rest = [...(firstLine[2] ? [firstLine[2]] : []), file, ...argv.slice(1)];
  return findProgram(world, fs, [firstLine[1], ...rest], cwd, undefined);
}
