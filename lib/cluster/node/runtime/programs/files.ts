import { baseName, joinPath, parentOf } from '../fs/file-system.ts';
import type { Entry } from '../fs/tree.ts';
import type { Process, Program } from '../process.ts';
import { ownerName } from './users.ts';
import { options as parseOptions } from './options.ts';

const at = (p: Process, path: string) => joinPath(p.cwd, path);
const why = (err: unknown) => (err instanceof Error ? err.message : String(err));

/** Does something to each operand, telling what fails as busybox does: `rm: can't remove 'x': …`. */
async function each(
  p: Process,
  name: string,
  paths: readonly string[],
  shown: (path: string) => string,
  work: (path: string) => Promise<unknown> | void,
): Promise<number> {
  let status = 0;
  for (const path of paths) {
    try {
      await work(path);
    } catch (err) {
      await p.warn(`${name}: ${shown(path)}: ${why(err)}\n`);
      status = 1;
    }
  }
  return status;
}

export const cat: Program = async (p, args) => {
  const paths = args.filter((a) => a === '-' || !a.startsWith('-'));
  if (paths.length === 0) paths.push('-');
  return each(
    p,
    'cat',
    paths,
    (path) => `can't open '${path}'`,
    async (path) => {
      if (path !== '-') {
        const data = p.fs.readFile(at(p, path));
        await p.print(data);
        return;
      }
      for (let chunk = await p.read(); chunk; chunk = await p.read()) await p.print(chunk);
    },
  );
};

export const touch: Program = (p, args) => {
  const { operands } = parseOptions(args, 'dtr');
  return each(
    p,
    'touch',
    operands,
    (path) => path,
    (path) => {
      if (p.fs.exists(at(p, path))) p.fs.utimes(at(p, path), p.world.clock.now());
      else p.fs.writeFile(at(p, path), '');
    },
  );
};

export const mkdir: Program = (p, args) => {
  const { flags, values, operands } = parseOptions(args, 'm');
  const mode = values.has('m') ? parseInt(values.get('m') ?? '755', 8) : 0o755;
  return each(
    p,
    'mkdir',
    operands,
    (path) => `can't create directory '${path}'`,
    (path) => p.fs.mkdir(at(p, path), { recursive: flags.has('p'), mode }),
  );
};

export const rmdir: Program = (p, args) => {
  const { operands } = parseOptions(args);
  return each(
    p,
    'rmdir',
    operands,
    (path) => `'${path}'`,
    (path) => p.fs.rmdir(at(p, path)),
  );
};

export const rm: Program = (p, args) => {
  const { flags, operands } = parseOptions(args);
  const recursive = flags.has('r') || flags.has('R');
  return each(
    p,
    'rm',
    operands,
    (path) => `can't remove '${path}'`,
    async (path) => {
      const full = at(p, path);
      try {
        const { type } = p.fs.lstat(full);
        if (type !== 'dir') p.fs.unlink(full);
        else if (recursive) p.fs.removeAll(full);
        else throw new Error('Is a directory');
      } catch (err) {
        if (flags.has('f') && why(err) === 'No such file or directory') return;
        throw err;
      }
      return Promise.resolve();
    },
  );
};

function copy(p: Process, from: string, to: string, recursive: boolean): void {
  const entry = recursive ? p.fs.lstat(from) : p.fs.stat(from);
  if (entry.type === 'dir') {
    if (!recursive) throw new Error(`omitting directory '${from}'`);
    if (!p.fs.exists(to)) p.fs.mkdir(to, { mode: entry.mode });
    for (const name of p.fs.readdir(from)) copy(p, `${from}/${name}`, `${to}/${name}`, recursive);
  } else if (entry.type === 'symlink') p.fs.symlink(entry.target ?? '', to);
  else p.fs.writeFile(to, p.fs.readFile(from), { mode: entry.mode });
}

/** Where `cp` and `mv` put an operand: into the directory, or at the path itself. */
const destination = (p: Process, from: string, to: string) =>
  p.fs.isDirectory(to) ? `${to}/${baseName(from.replace(/\/+$/, ''))}` : to;

export const cp: Program = (p, args) => {
  const { flags, operands } = parseOptions(args);
  const to = at(p, operands.pop() ?? '.');
  const recursive = ['r', 'R', 'a'].some((f) => flags.has(f));
  return each(
    p,
    'cp',
    operands,
    (path) => `can't stat '${path}'`,
    (path) => copy(p, at(p, path), destination(p, at(p, path), to), recursive),
  );
};

export const mv: Program = (p, args) => {
  const { operands } = parseOptions(args);
  const to = at(p, operands.pop() ?? '.');
  return each(
    p,
    'mv',
    operands,
    (path) => `can't rename '${path}'`,
    (path) => p.fs.rename(at(p, path), destination(p, at(p, path), to)),
  );
};

export const ln: Program = (p, args) => {
  const { flags, operands } = parseOptions(args);
  const [target = '', name] = operands;
  const link =
    name === undefined ? baseName(target) : p.fs.isDirectory(at(p, name)) ? `${name}/${baseName(target)}` : name;
  return each(
    p,
    'ln',
    [link],
    (path) => path,
    (path) => {
      if (flags.has('f') && p.fs.exists(at(p, path))) p.fs.unlink(at(p, path));
      if (flags.has('s')) p.fs.symlink(target, at(p, path));
      else p.fs.writeFile(at(p, path), p.fs.readFile(at(p, target)), { mode: p.fs.stat(at(p, target)).mode });
    },
  );
};

export const chmod: Program = (p, args) => {
  const { operands } = parseOptions(args.filter((a) => a !== '-R'));
  const recursive = args.includes('-R');
  const [spec = '', ...paths] = operands;
  const apply = (path: string) => {
    p.fs.chmod(path, newMode(spec, p.fs.stat(path)));
    if (recursive && p.fs.isDirectory(path)) for (const name of p.fs.readdir(path)) apply(`${path}/${name}`);
  };
  return each(
    p,
    'chmod',
    paths,
    (path) => path,
    (path) => apply(at(p, path)),
  );
};

function newMode(spec: string, entry: Entry): number {
  if (/^[0-7]+$/.test(spec)) return parseInt(spec, 8);
  let { mode } = entry;
  for (const clause of spec.split(',')) {
    const [, who = '', operator, letters = ''] = /^([ugoa]*)([-+=])([rwxXst]*)$/.exec(clause) ?? [];
    if (!operator) throw new Error(`invalid mode '${spec}'`);
    const classes = who === '' || who.includes('a') ? 'ugo' : who;
    for (const c of classes) {
      const shift = c === 'u' ? 6 : c === 'g' ? 3 : 0;
      const bits =
        Array.from(letters).reduce(
          (sum, l) => sum | (l === 'r' ? 4 : l === 'w' ? 2 : l === 'x' || (l === 'X' && entry.type === 'dir') ? 1 : 0),
          0,
        ) << shift;
      if (operator === '+') mode |= bits;
      else if (operator === '-') mode &= ~bits;
      else mode = (mode & ~(7 << shift)) | bits;
    }
  }
  return mode;
}

export const chown: Program = (p, args) => {
  const { operands } = parseOptions(args);
  const recursive = args.includes('-R');
  const [spec = '', ...paths] = operands;
  const [user, group] = spec.split(/[:.]/);
  const id = (text: string | undefined, fallback: number) =>
    text ? (/^\d+$/.test(text) ? Number(text) : text === 'root' ? 0 : fallback) : fallback;
  const apply = (path: string) => {
    const { uid, gid } = p.fs.stat(path);
    p.fs.chown(path, { uid: id(user, uid), gid: id(group, gid) });
    if (recursive && p.fs.isDirectory(path)) for (const name of p.fs.readdir(path)) apply(`${path}/${name}`);
  };
  return each(
    p,
    'chown',
    paths,
    (path) => path,
    (path) => apply(at(p, path)),
  );
};

const KINDS: Record<Entry['type'], string> = { file: '-', dir: 'd', symlink: 'l', device: 'c' };

export function modeText({ type, mode }: Entry): string {
  const part = (shift: number, special: number, letter: string) => {
    const bits = (mode >> shift) & 7;
    const x = mode & special ? (bits & 1 ? letter : letter.toUpperCase()) : bits & 1 ? 'x' : '-';
    return (bits & 4 ? 'r' : '-') + (bits & 2 ? 'w' : '-') + x;
  };
  return KINDS[type] + part(6, 0o4000, 's') + part(3, 0o2000, 's') + part(0, 0o1000, 't');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function dateText(ms: number): string {
  const d = new Date(ms);
  return `${MONTHS[d.getUTCMonth()]} ${String(d.getUTCDate()).padStart(2)} ${d.toISOString().slice(11, 16)}`;
}

export const ls: Program = async (p, args) => {
  const { flags, operands } = parseOptions(args);
  const long = flags.has('l') || flags.has('n');
  const show = (name: string, path: string): string => {
    const entry = p.fs.lstat(path);
    const suffix =
      entry.type === 'symlink' && long ? ` -> ${entry.target}` : flags.has('F') && entry.type === 'dir' ? '/' : '';
    if (!long) return `${name}${suffix}`;
    const owner = flags.has('n')
      ? [String(entry.uid), String(entry.gid)]
      : [ownerName(p.fs, entry.uid), ownerName(p.fs, entry.gid, '/etc/group')];
    const links = entry.type === 'dir' ? 2 : 1;
    return `${modeText(entry)} ${String(links).padStart(4)} ${(owner[0] ?? '').padEnd(8)} ${(owner[1] ?? '').padEnd(8)} ${String(entry.size).padStart(9)} ${dateText(entry.mtime)} ${name}${suffix}`;
  };
  const list = async (path: string): Promise<void> => {
    const names = p.fs.readdir(at(p, path)).filter((n) => flags.has('a') || flags.has('A') || !n.startsWith('.'));
    const all = flags.has('a') ? ['.', '..', ...names] : names;
    const stat = (name: string) => p.fs.lstat(at(p, `${path}/${name}`));
    if (flags.has('t')) all.sort((a, b) => stat(b).mtime - stat(a).mtime);
    if (flags.has('S')) all.sort((a, b) => stat(b).size - stat(a).size);
    if (flags.has('r')) all.reverse();
    if (long) await p.print(`total ${names.length * 4}\n`);
    await p.print(all.map((name) => `${show(name, at(p, `${path}/${name}`))}\n`).join(''));
    if (!flags.has('R')) return;
    for (const name of names) {
      if (stat(name).type !== 'dir') continue;
      await p.print(`\n${path.replace(/\/$/, '')}/${name}:\n`);
      await list(`${path.replace(/\/$/, '')}/${name}`);
    }
  };
  const paths = operands.length ? operands : ['.'];
  const dirs: string[] = [];
  let status = 0;
  for (const path of paths) {
    try {
      const isDir = p.fs.stat(at(p, path)).type === 'dir';
      if (isDir && !flags.has('d')) dirs.push(path);
      else await p.print(`${show(path, at(p, path))}\n`);
    } catch (err) {
      await p.warn(`ls: ${path}: ${why(err)}\n`);
      status = 1;
    }
  }
  for (const [i, path] of dirs.entries()) {
    if (paths.length > 1 || flags.has('R')) await p.print(`${i > 0 ? '\n' : ''}${path}:\n`);
    try {
      await list(path);
    } catch (err) {
      await p.warn(`ls: can't open '${path}': ${why(err)}\n`);
      status = 1;
    }
  }
  return status;
};

const TYPE_NAMES: Record<Entry['type'], string> = {
  file: 'regular file',
  dir: 'directory',
  symlink: 'symbolic link',
  device: 'character special file',
};

export const stat: Program = (p, args) => {
  const { flags, values, operands } = parseOptions(args, 'c');
  return each(
    p,
    'stat',
    operands,
    (path) => `can't stat '${path}'`,
    async (path) => {
      const full = at(p, path);
      const entry = flags.has('L') ? p.fs.stat(full) : p.fs.lstat(full);
      const kind = entry.type === 'file' && entry.size === 0 ? 'regular empty file' : TYPE_NAMES[entry.type];
      const format = values.get('c');
      const fields: Record<string, string> = {
        a: (entry.mode & 0o7777).toString(8),
        A: modeText(entry),
        u: String(entry.uid),
        g: String(entry.gid),
        U: ownerName(p.fs, entry.uid),
        G: ownerName(p.fs, entry.gid, '/etc/group'),
        s: String(entry.size),
        n: path,
        N: `'${path}'`,
        F: kind,
        Y: String(Math.floor(entry.mtime / 1000)),
        y: `${new Date(entry.mtime).toISOString().slice(0, 19).replace('T', ' ')}.000000000 +0000`,
        b: String(Math.ceil(entry.size / 512)),
        h: '1',
        i: '1',
        '%': '%',
      };
      if (format !== undefined) await p.print(`${format.replace(/%(.)/g, (whole, c: string) => fields[c] ?? whole)}\n`);
      else {
        await p.print(
          `  File: ${path}\n  Size: ${entry.size}\tBlocks: ${fields.b}\tIO Block: 4096   ${kind}\nAccess: (${(entry.mode & 0o7777).toString(8).padStart(4, '0')}/${fields.A})  Uid: (${entry.uid}/${fields.U})   Gid: (${entry.gid}/${fields.G})\nModify: ${fields.y}\n`,
        );
      }
    },
  );
};

export const readlink: Program = (p, args) => {
  const { flags, operands } = parseOptions(args);
  return each(
    p,
    'readlink',
    operands,
    (path) => path,
    async (path) => {
      await p.print(`${flags.has('f') ? p.fs.realpath(at(p, path)) : p.fs.readlink(at(p, path))}\n`);
    },
  );
};

export const dirname: Program = async (p, args) => {
  await p.print(`${args[0]?.includes('/') ? parentOf(args[0]) : '.'}\n`);
  return 0;
};

/** `tail`, which can follow a file as it grows. */
export const tail: Program = async (p, args) => {
  const { flags, values, operands } = parseOptions(
    args.map((a) => (/^-\d+$/.test(a) ? `-n${a.slice(1)}` : a)),
    'nc',
  );
  const count = values.get('n') ?? '10';
  const take = (text: string) => {
    const lines = text.split('\n');
    const last = lines.pop();
    if (last) lines.push(last);
    const kept = count.startsWith('+')
      ? lines.slice(Number(count) - 1)
      : Number(count) === 0
        ? []
        : lines.slice(-Number(count));
    return kept.length ? kept.join('\n') + (text.endsWith('\n') ? '\n' : '') : '';
  };
  if (operands.includes('/dev/zero')) {
    // It keeps all that it reads, and this never ends.
    if (p.world.limits.memory !== undefined) p.world.processes.outOfMemory();
    return p.forever();
  }
  if (operands.length === 0) {
    const data = await p.wait(p.stdin.readAll());
    await p.print(values.has('c') ? data.subarray(-Number(values.get('c'))) : take(Buffer.from(data).toString()));
    return 0;
  }
  const seen = new Map<string, number>();
  const status = await each(
    p,
    'tail',
    operands,
    (path) => `can't open '${path}'`,
    async (path) => {
      const data = p.fs.readFile(at(p, path));
      seen.set(path, data.length);
      if (operands.length > 1) await p.print(`${seen.size > 1 ? '\n' : ''}==> ${path} <==\n`);
      await p.print(values.has('c') ? data.subarray(-Number(values.get('c'))) : take(Buffer.from(data).toString()));
    },
  );
  if (!flags.has('f') && !flags.has('F')) return status;
  for (;;) {
    if (seen.size === 0 && !flags.has('F')) {
      if (!operands.some((o) => o === '/dev/null')) await p.warn('tail: no files\n');
      return 1;
    }
    await p.sleep(1000);
    for (const path of operands) {
      if (path.startsWith('/dev/') || !p.fs.exists(at(p, path))) continue;
      const from = seen.get(path) ?? 0;
      const size = p.fs.stat(at(p, path)).size;
      if (size > from) await p.print(p.fs.readFile(at(p, path)).subarray(from));
      seen.set(path, size);
    }
  }
};

export const dd: Program = async (p, args) => {
  const given = new Map(args.map((a) => [a.split('=')[0] ?? '', a.split('=').slice(1).join('=')]));
  const size = (text: string) =>
    Number.parseInt(text, 10) *
    (/k$/i.test(text) ? 1024 : /m$/i.test(text) ? 1024 ** 2 : /g$/i.test(text) ? 1024 ** 3 : 1);
  const block = size(given.get('bs') ?? '512');
  const count = given.has('count') ? Number(given.get('count')) : undefined;
  const [source, target] = [given.get('if'), given.get('of')];
  let read = 0;
  let written = 0;
  let status = 0;
  if (target) p.fs.writeFile(at(p, target), '');
  const input =
    source && source.startsWith('/dev/')
      ? undefined
      : source
        ? p.fs.readFile(at(p, source))
        : await p.wait(p.stdin.readAll());
  const blocks = count ?? (input ? Math.ceil(input.length / block) : 1024);
  for (let i = 0; i < Math.min(blocks, 4096); i++) {
    const data = input ? input.subarray(i * block, (i + 1) * block) : new Uint8Array(Math.min(block, 16 * 1024 ** 2));
    if (data.length === 0) break;
    read++;
    try {
      if (target) p.fs.writeFile(at(p, target), data, { append: true });
      else await p.print(data);
      written++;
    } catch (err) {
      await p.warn(`dd: error writing '${target}': ${why(err)}\n`);
      status = 1;
      break;
    }
    if (i % 8 === 7) await p.sleep(1);
  }
  await p.warn(`${read}+0 records in\n${written}+0 records out\n`);
  if (status === 0) await p.warn(`${written * block} bytes copied\n`);
  return status;
};
