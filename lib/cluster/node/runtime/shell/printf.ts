const ESCAPES: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  e: '\x1b',
  '\\': '\\',
};

/** Wider fields are narrowed to this: a width is not a way to gigabytes. */
const LONGEST_FIELD = 1024 * 1024;

/** Resolves backslash escapes; `\c` ends the output. */
export function unescape(text: string): { text: string; stop: boolean } {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '\\' || i + 1 >= text.length) {
      out += text[i];
      continue;
    }
    const rest = text.slice(i + 1);
    const coded = /^(?:0?([0-7]{1,3})|x([0-9a-fA-F]{1,2}))/.exec(rest);
    if (coded) {
      out += String.fromCharCode(coded[1] !== undefined ? parseInt(coded[1], 8) : parseInt(coded[2] ?? '0', 16));
      i += coded[0].length;
    } else if (rest[0] === 'c') return { text: out, stop: true };
    else {
      out += ESCAPES[rest[0] ?? ''] ?? `\\${rest[0]}`;
      i++;
    }
  }
  return { text: out, stop: false };
}

/** What `echo` prints for its arguments. */
export function echo(args: readonly string[]): string {
  let newline = true;
  let escapes = false;
  let first = 0;
  for (; first < args.length && /^-[neE]+$/.test(args[first] ?? ''); first++) {
    for (const c of (args[first] ?? '').slice(1)) {
      if (c === 'n') newline = false;
      else escapes = c === 'e';
    }
  }
  const text = args.slice(first).join(' ');
  if (!escapes) return text + (newline ? '\n' : '');
  const { text: out, stop } = unescape(text);
  return out + (newline && !stop ? '\n' : '');
}

/** What `printf` prints: the format is used again while arguments are left. */
export function printf(format: string, args: readonly string[]): { out: string; error?: string } {
  let out = '';
  let next = 0;
  let error: string | undefined;
  do {
    const before = next;
    const pieces = unescape(format.replace(/%b/g, '%\\b')).text.split(/(%[-+ 0#]*(?:\*|\d+)?(?:\.\d+)?[a-zA-Z%\b])/);
    for (const piece of pieces) {
      const spec = /^%([-+ 0#]*)(\*|\d+)?(?:\.(\d+))?([a-zA-Z%\b])$/.exec(piece);
      if (!spec) {
        out += piece;
        continue;
      }
      const [, flags = '', width, precision, kind] = spec;
      if (kind === '%') {
        out += '%';
        continue;
      }
      const size = Math.min(LONGEST_FIELD, width === '*' ? Number(args[next++] ?? 0) : Number(width ?? 0));
      const arg = args[next++] ?? '';
      const digits = precision === undefined ? undefined : Number(precision);
      let text: string;
      if (kind === 's') text = digits === undefined ? arg : arg.slice(0, digits);
      else if (kind === '\b') text = unescape(arg).text;
      else if (kind === 'c') text = arg.slice(0, 1);
      else {
        const value = /^['"]/.test(arg) ? arg.charCodeAt(1) : Number(arg || 0);
        if (Number.isNaN(value)) error = `printf: invalid number '${arg}'`;
        text = number(kind ?? 'd', Number.isNaN(value) ? 0 : value, digits);
        if (flags.includes('+') && value >= 0) text = `+${text}`;
      }
      if (flags.includes('-')) out += text.padEnd(size);
      else if (flags.includes('0') && kind !== 's') out += text.padStart(size, '0');
      else out += text.padStart(size);
    }
    if (next === before) break;
  } while (next < args.length);
  return { out, ...(error ? { error } : {}) };
}

function number(kind: string, value: number, digits: number | undefined): string {
  switch (kind) {
    case 'x':
      return Math.trunc(value).toString(16);
    case 'X':
      return Math.trunc(value).toString(16).toUpperCase();
    case 'o':
      return Math.trunc(value).toString(8);
    case 'f':
      return value.toFixed(Math.min(100, digits ?? 6));
    case 'e':
      return value.toExponential(Math.min(100, digits ?? 6));
    case 'g':
      return String(value);
    default:
      return String(Math.trunc(value)).padStart(Math.min(LONGEST_FIELD, digits ?? 0), '0');
  }
}
