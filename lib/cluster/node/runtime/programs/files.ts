import { baseName, parentOf } from '../fs/file-system.ts';
import type { Process, Program } from '../process.ts';
import { at, each, why } from './operands.ts';
import { options as parseOptions } from './options.ts';

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
