import type { Program } from '../process.ts';
import { modeText } from './modes.ts';
import { at, why } from './operands.ts';
import { options as parseOptions } from './options.ts';
import { ownerName } from './users.ts';

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
