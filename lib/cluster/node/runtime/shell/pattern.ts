import type { FileSystem } from '../fs/file-system.ts';
import { joinPath } from '../fs/file-system.ts';

/** A piece of a word: quoted text stands for itself in patterns. */
export interface Piece {
  text: string;
  quoted: boolean;
}

const SPECIAL = /[.*+?^${}()|[\]\\]/g;

/** The source of a regular expression for a shell pattern (`*`, `?`, `[a-z]`, `[!x]`). `star` is what `*` may cross. */
export function patternSource(pieces: readonly Piece[], options: { star: string; lazy?: boolean }): string {
  const one = options.star === '[^/]*' ? '[^/]' : '[^]';
  let source = '';
  for (const { text, quoted } of pieces) {
    if (quoted) {
      source += text.replace(SPECIAL, '\\$&');
      continue;
    }
    for (let i = 0; i < text.length; i++) {
      const c = text[i] ?? '';
      if (c === '*') source += options.star + (options.lazy ? '?' : '');
      else if (c === '?') source += one;
      else if (c === '\\' && i + 1 < text.length) source += (text[++i] ?? '').replace(SPECIAL, '\\$&');
      else if (c === '[') {
        const set = /^\[([!^]?)(\]?[^\]]*?(?:\[:\w+:\][^\]]*?)*)\]/.exec(text.slice(i));
        if (!set) source += '\\[';
        else {
          source += `[${set[1] ? '^' : ''}${classes(set[2] ?? '')}]`;
          i += set[0].length - 1;
        }
      } else source += c.replace(SPECIAL, '\\$&');
    }
  }
  return source;
}

const CLASSES: Record<string, string> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
};

function classes(set: string): string {
  return set
    .replace(/\\/g, '\\\\')
    .replace(/\[:(\w+):\]/g, (_, name: string) => CLASSES[name] ?? '')
    .replace(/\]/g, '\\]');
}

export function matchesPattern(text: string, pieces: readonly Piece[]): boolean {
  return new RegExp(`^${patternSource(pieces, { star: '[^]*' })}$`).test(text);
}

const isGlob = (pieces: readonly Piece[]) => pieces.some((p) => !p.quoted && /[*?[]/.test(p.text));

/** Replaces a field by the names of files that match it; by its own text when none does. */
export function glob(pieces: readonly Piece[], fs: FileSystem, cwd: string): string[] {
  const text = pieces.map((p) => p.text).join('');
  if (!isGlob(pieces)) return [text];
  const parts = splitAtSlashes(pieces);
  let found = text.startsWith('/') ? ['/'] : [''];
  for (const [i, part] of parts.entries()) {
    if (part.every((p) => p.text === '')) continue;
    const last = i === parts.length - 1;
    const next: string[] = [];
    for (const base of found) {
      if (!isGlob(part)) {
        const path = base + part.map((p) => p.text).join('');
        if (fs.exists(joinPath(cwd, path))) next.push(last ? path : `${path}/`);
        continue;
      }
      const regex = new RegExp(`^${patternSource(part, { star: '[^/]*' })}$`);
      const hidden = part[0]?.text.startsWith('.');
      for (const name of namesIn(fs, joinPath(cwd, base || '.'))) {
        if ((hidden || !name.startsWith('.')) && regex.test(name)) {
          if (last) next.push(base + name);
          else if (fs.isDirectory(joinPath(cwd, base + name))) next.push(`${base}${name}/`);
        }
      }
    }
    found = next;
  }
  return found.length ? found : [text];
}

function namesIn(fs: FileSystem, dir: string): string[] {
  try {
    return fs.readdir(dir);
  } catch {
    return [];
  }
}

function splitAtSlashes(pieces: readonly Piece[]): Piece[][] {
  const parts: Piece[][] = [[]];
  for (const piece of pieces) {
    piece.text.split('/').forEach((text, i) => {
      if (i > 0) parts.push([]);
      parts.at(-1)?.push({ text, quoted: piece.quoted });
    });
  }
  return parts;
}
