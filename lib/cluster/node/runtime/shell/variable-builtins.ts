import { print, quote, type Builtin } from './builtin.ts';
import { ShellError } from './flow.ts';
import type { Io } from './io.ts';
import type { Shell } from './shell.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `NAME=value` and `NAME` arguments of export, readonly and local. */
function declare(shell: Shell, args: readonly string[], each: (name: string) => void): void {
  for (const arg of args) {
    const eq = arg.indexOf('=');
    const name = eq < 0 ? arg : arg.slice(0, eq);
    if (!NAME.test(name)) throw new ShellError(`export: ${name}: bad variable name`);
    each(name);
    if (eq >= 0) shell.assign(name, arg.slice(eq + 1));
  }
}

async function readBuiltin(shell: Shell, args: readonly string[], io: Io): Promise<number> {
  const names: string[] = [];
  let raw = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '-r') raw = true;
    else if (arg === '-p') await io.stderr.write(args[++i] ?? '');
    else if (/^-[tnd]$/.test(arg)) i++;
    else if (!arg.startsWith('-')) names.push(arg);
  }
  const bytes: number[] = [];
  let ended = true;
  reading: for (;;) {
    const chunk = await shell.process.wait(io.stdin.read());
    if (!chunk) break;
    for (const [i, byte] of chunk.entries()) {
      if (byte === 10) {
        io.stdin.unread(chunk.subarray(i + 1));
        ended = false;
        break reading;
      }
      bytes.push(byte);
    }
  }
  const text = Buffer.from(bytes).toString('utf8');
  const line = raw ? text : text.replace(/\\(.)/g, '$1');
  const ifs = shell.parameter('IFS') ?? ' \t\n';
  const trimmed = ifs === '' ? line : line.replace(/^[ \t]+|[ \t]+$/g, '');
  const separators = new RegExp(`[${ifs.replace(/[\]\\^-]/g, '\\$&')}]+`);
  let rest = trimmed;
  for (const [i, name] of (names.length ? names : ['REPLY']).entries()) {
    const cut = ifs !== '' && i < names.length - 1 ? separators.exec(rest) : null;
    shell.assign(name, cut ? rest.slice(0, cut.index) : rest);
    rest = cut ? rest.slice(cut.index + cut[0].length) : '';
  }
  return ended && bytes.length === 0 ? 1 : ended ? 1 : 0;
}

function setBuiltin(shell: Shell, args: readonly string[]): void {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--') {
      shell.positional = args.slice(i + 1);
      return;
    }
    if (!/^[-+]./.test(arg)) {
      shell.positional = args.slice(i);
      return;
    }
    const turn = (option: string) => (arg.startsWith('-') ? shell.options.add(option) : shell.options.delete(option));
    const LONG: Record<string, string> = { errexit: 'e', nounset: 'u', xtrace: 'x', allexport: 'a', noglob: 'f' };
    for (const letter of arg.slice(1)) {
      if (letter === 'o') {
        const long = args[++i] ?? '';
        turn(LONG[long] ?? long);
      } else turn(letter);
    }
  }
}

function getopts(shell: Shell, args: readonly string[]): number {
  const [spec = '', variable = 'opt', ...given] = args;
  const words = given.length ? given : shell.positional;
  const index = Number(shell.parameter('OPTIND') ?? 1);
  const word = words[index - 1];
  if (!word || !/^-./.test(word) || word === '--') return 1;
  const letter = word[1] ?? '?';
  const at = spec.indexOf(letter);
  shell.assign(variable, at < 0 ? '?' : letter);
  const takesValue = spec[at + 1] === ':';
  if (at >= 0 && takesValue) shell.assign('OPTARG', word.length > 2 ? word.slice(2) : (words[index] ?? ''));
  shell.assign('OPTIND', String(index + (at >= 0 && takesValue && word.length === 2 ? 2 : 1)));
  return 0;
}

/** Variables, options and arguments. */
export const variableBuiltins: readonly [string, Builtin][] = [
  [
    'export',
    (shell, args, io) => {
      if (args.length === 0 || args[0] === '-p') {
        const lines = [...shell.environment()].map(([k, v]) => `export ${k}=${quote(v)}\n`);
        return print(io, lines.sort().join(''));
      }
      declare(shell, args, (name) => shell.exported.add(name));
      return 0;
    },
  ],
  [
    'readonly',
    (shell, args) => {
      for (const arg of args) {
        declare(shell, [arg], () => undefined);
        shell.readonly.add(arg.split('=')[0] ?? arg);
      }
      return 0;
    },
  ],
  [
    'local',
    (shell, args) => {
      const frame = shell.locals.at(-1);
      if (!frame) throw new ShellError('local: not in a function');
      declare(shell, args, (name) => {
        if (!frame.has(name)) frame.set(name, shell.variables.get(name));
      });
      return 0;
    },
  ],
  [
    'unset',
    (shell, args) => {
      for (const name of args) {
        if (shell.readonly.has(name)) throw new ShellError(`unset: ${name}: is read only`);
        shell.variables.delete(name);
        shell.exported.delete(name);
        shell.functions.delete(name);
      }
      return 0;
    },
  ],
  [
    'shift',
    (shell, args) => {
      const n = Number(args[0] ?? 1);
      if (n > shell.positional.length) return 1;
      shell.positional = shell.positional.slice(n);
      return 0;
    },
  ],
  [
    'set',
    (shell, args, io) => {
      if (args.length > 0) {
        setBuiltin(shell, args);
        return 0;
      }
      return print(
        io,
        [...shell.variables]
          .map(([k, v]) => `${k}=${quote(v)}\n`)
          .sort()
          .join(''),
      );
    },
  ],
  ['read', readBuiltin],
  ['getopts', getopts],
];
