import { joinPath, parentOf } from '../fs/file-system.ts';
import type { Process, Program } from '../process.ts';

const BLOCK = 512;

function header(name: string, size: number, mode: number, type: string, mtime: number, link = ''): Buffer {
  const h = Buffer.alloc(BLOCK);
  const [short, prefix] =
    name.length > 100
      ? [
          name.slice(name.lastIndexOf('/', name.length - 1 - (name.endsWith('/') ? 1 : 0)) + 1),
          name.slice(0, name.lastIndexOf('/')),
        ]
      : [name, ''];
  h.write(short, 0, 100);
  h.write(`${mode.toString(8).padStart(7, '0')}\0`, 100);
  h.write('0000000\0', 108);
  h.write('0000000\0', 116);
  h.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  h.write(
    `${Math.floor(mtime / 1000)
      .toString(8)
      .padStart(11, '0')}\0`,
    136,
  );
  h.write('        ', 148);
  h.write(type, 156);
  h.write(link, 157, 100);
  h.write('ustar\x0000', 257);
  h.write(prefix, 345, 155);
  const sum = h.reduce((a, b) => a + b, 0);
  h.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return h;
}

async function pack(
  p: Process,
  base: string,
  name: string,
  out: (data: Uint8Array) => Promise<unknown>,
): Promise<void> {
  const path = joinPath(base, name);
  const entry = p.fs.lstat(path);
  const inside = name.replace(/^\/+/, '');
  if (entry.type === 'dir') {
    await out(header(`${inside.replace(/\/$/, '')}/`, 0, entry.mode, '5', entry.mtime));
    for (const child of p.fs.readdir(path)) await pack(p, base, `${name.replace(/\/$/, '')}/${child}`, out);
  } else if (entry.type === 'symlink') await out(header(inside, 0, 0o777, '2', entry.mtime, entry.target));
  else if (entry.type === 'file') {
    const data = p.fs.readFile(path);
    await out(header(inside, data.length, entry.mode, '0', entry.mtime));
    await out(data);
    await out(new Uint8Array((BLOCK - (data.length % BLOCK)) % BLOCK));
  }
}

const field = (block: Uint8Array, at: number, length: number) =>
  Buffer.from(block.subarray(at, at + length))
    .toString('latin1')
    .split('\0')[0] ?? '';

function unpack(p: Process, data: Uint8Array, base: string, list: boolean): string[] {
  const names: string[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= data.length;) {
    const block = data.subarray(at, at + BLOCK);
    at += BLOCK;
    if (block.every((b) => b === 0)) break;
    const size = parseInt(field(block, 124, 12).trim() || '0', 8);
    const type = String.fromCharCode(block[156] ?? 48);
    const content = data.subarray(at, at + size);
    at += Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'L') {
      longName = Buffer.from(content).toString().replace(/\0.*$/s, '');
      continue;
    }
    if (type === 'x' || type === 'g') {
      longName = /\d+ path=(.*)\n/.exec(Buffer.from(content).toString())?.[1];
      continue;
    }
    const prefix = field(block, 345, 155);
    const name = longName ?? (prefix ? `${prefix}/` : '') + field(block, 0, 100);
    longName = undefined;
    names.push(name);
    if (list) continue;
    const path = joinPath(base, name.replace(/^\/+/, ''));
    const mode = parseInt(field(block, 100, 8).trim() || '644', 8) & 0o7777;
    if (type === '5') p.fs.mkdir(path, { recursive: true, mode });
    else {
      p.fs.mkdir(parentOf(path), { recursive: true });
      if (type === '2') p.fs.symlink(field(block, 157, 100), path);
      else p.fs.writeFile(path, content, { mode });
    }
  }
  return names;
}

/** `tar` without compression: c, x and t, with f, C, m, v and p. What `kubectl cp` needs. */
export const tar: Program = async (p, args) => {
  let mode = '';
  let file = '-';
  let base = p.cwd;
  const names: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '-C') base = joinPath(p.cwd, args[++i] ?? '.');
    else if (arg.startsWith('--')) continue;
    else if (i === 0 || /^-./.test(arg)) {
      for (const letter of arg.replace(/^-/, '')) {
        if ('cxt'.includes(letter)) mode = letter;
        else if (letter === 'f') file = args[++i] ?? '-';
        else if (letter === 'C') base = joinPath(p.cwd, args[++i] ?? '.');
      }
    } else names.push(arg);
  }
  if (mode === 'c') {
    let status = 0;
    const chunks: Uint8Array[] = [];
    const out =
      file === '-' ? (data: Uint8Array) => p.print(data) : (data: Uint8Array) => Promise.resolve(chunks.push(data));
    for (const name of names) {
      try {
        p.fs.lstat(joinPath(base, name));
        if (name.startsWith('/')) await p.warn("tar: removing leading '/' from member names\n");
        await pack(p, base, name, out);
      } catch (err) {
        await p.warn(`tar: ${name}: ${err instanceof Error ? err.message : String(err)}\n`);
        status = 1;
      }
    }
    // Before the archive ends: whoever reads it (kubectl cp) goes at its end, and would miss this.
    if (status) await p.warn('tar: error exit delayed from previous errors\n');
    await out(new Uint8Array(BLOCK * 2));
    if (file !== '-') p.fs.writeFile(joinPath(p.cwd, file), Buffer.concat(chunks));
    return status;
  }
  const data = file === '-' ? await p.readAll() : p.fs.readFile(joinPath(p.cwd, file));
  try {
    const found = unpack(p, data, base, mode === 't');
    if (mode === 't') await p.print(found.map((n) => `${n}\n`).join(''));
    return 0;
  } catch (err) {
    await p.warn(`tar: can't open '${names[0] ?? ''}': ${err instanceof Error ? err.message : String(err)}\n`);
    return 1;
  }
};
