import type { Entry } from '../fs/tree.ts';
import type { Program } from '../process.ts';
import { modeText } from './modes.ts';
import { at, each } from './operands.ts';
import { options as parseOptions } from './options.ts';
import { ownerName } from './users.ts';

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
