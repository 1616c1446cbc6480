import type { Entry } from '../fs/tree.ts';
import type { Program } from '../process.ts';
import { at, each } from './operands.ts';
import { options as parseOptions } from './options.ts';

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
