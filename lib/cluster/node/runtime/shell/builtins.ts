import { joinPath } from '../fs/file-system.ts';
import { signalName, SIGNALS } from '../signals.ts';
import { Break, Continue, Exit, Return, ShellError } from './flow.ts';
import type { Io } from './io.ts';
import { echo, printf } from './printf.ts';
import type { Shell } from './shell.ts';
import { test } from './test-expression.ts';

type Builtin = (shell: Shell, args: readonly string[], io: Io) => Promise<number> | number;

const levels = (args: readonly string[]) => Math.max(Number(args[0] ?? 1) || 1, 1);
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

async function print(io: Io, text: string): Promise<number> {
  await io.stdout.write(text);
  return 0;
}

async function complain(shell: Shell, io: Io, text: string, status = 1): Promise<number> {
  await io.stderr.write(`${shell.name}: ${text}\n`);
  return status;
}

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

const quote = (text: string) => `'${text.replace(/'/g, `'"'"'`)}'`;

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

function trapBuiltin(shell: Shell, args: readonly string[]): void {
  const [action, ...names] = args[0] === '--' ? args.slice(1) : args;
  if (action === undefined) return;
  const reset = names.length === 0 || action === '-';
  for (const name of names.length ? names : [action]) {
    if (name === 'EXIT' || name === '0') {
      if (reset) shell.traps.delete('EXIT');
      else shell.traps.set('EXIT', action);
      continue;
    }
    const signal = signalName(name);
    if (!signal) throw new ShellError(`trap: ${name}: invalid signal specification`, 1);
    if (reset) {
      shell.traps.delete(signal);
      shell.process.on(signal, undefined);
    } else {
      shell.traps.set(signal, action);
      shell.process.on(signal, action === '' ? 'ignore' : () => shell.deliver(signal));
    }
  }
}

async function waitBuiltin(shell: Shell, args: readonly string[]): Promise<number> {
  const wanted = args.length ? shell.jobs.filter((job) => args.includes(String(job.pid))) : shell.jobs;
  if (args.length && wanted.length === 0) return 127;
  let status = 0;
  for (const job of Array.from(wanted)) {
    status = await shell.interruptible(job.status);
    shell.jobs.splice(shell.jobs.indexOf(job), 1);
  }
  return args.length ? status : status > 128 ? status : 0;
}

function killBuiltin(shell: Shell, args: readonly string[], io: Io): Promise<number> | number {
  let signal: ReturnType<typeof signalName> = 'TERM';
  const pids: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '-l')
      return print(
        io,
        `${Object.entries(SIGNALS)
          .map(([n, v]) => `${String(v).padStart(2)}) ${n}`)
          .join('\n')}\n`,
      );
    if (arg === '-s') signal = signalName(args[++i] ?? '');
    else if (arg === '-0') signal = undefined;
    else if (/^-./.test(arg) && pids.length === 0) {
      signal = signalName(arg.slice(1));
      if (!signal) return complain(shell, io, `kill: bad signal name '${arg.slice(1)}'`);
    } else pids.push(arg);
  }
  let status = 0;
  for (const text of pids) {
    const job = text.startsWith('%') ? shell.jobs[Number(text.slice(1)) - 1]?.pid : undefined;
    const target = shell.process.world.processes.get(job ?? Number(text));
    if (!target) {
      status = 1;
      void io.stderr.write(`${shell.name}: can't kill pid ${text}: No such process\n`);
    } else if (signal) target.kill(signal);
  }
  return status;
}

function typeOf(shell: Shell, name: string): string | undefined {
  if (shell.aliases.has(name)) return `${name} is an alias for ${shell.aliases.get(name)}`;
  if (shell.functions.has(name)) return `${name} is a function`;
  if (builtins.has(name)) return `${name} is a shell builtin`;
  const path = pathOf(shell, name);
  return path && `${name} is ${path}`;
}

function pathOf(shell: Shell, name: string): string | undefined {
  if (name.includes('/')) return shell.process.fs.access(joinPath(shell.process.cwd, name), 1) ? name : undefined;
  const dirs = (shell.parameter('PATH') ?? '').split(':');
  return dirs.map((dir) => `${dir}/${name}`).find((path) => shell.process.fs.access(path, 1));
}

async function commandBuiltin(shell: Shell, args: readonly string[], io: Io): Promise<number> {
  if (args[0] === '-v' || args[0] === '-V') {
    const name = args[1] ?? '';
    const known = shell.functions.has(name) || builtins.has(name) ? name : pathOf(shell, name);
    if (known === undefined) return 127;
    return print(io, `${args[0] === '-V' ? typeOf(shell, name) : known}\n`);
  }
  const builtin = builtins.get(args[0] ?? '');
  if (builtin) return builtin(shell, args.slice(1), io);
  return args.length ? shell.runProgram(args, io, shell.environment()) : 0;
}

async function source(shell: Shell, args: readonly string[], io: Io): Promise<number> {
  const path = joinPath(shell.process.cwd, args[0] ?? '');
  let text: string;
  try {
    text = shell.process.fs.readText(path);
  } catch {
    throw new ShellError(`.: can't open '${args[0]}': No such file or directory`);
  }
  try {
    return await shell.runSource(text, io);
  } catch (err) {
    if (err instanceof Return) return err.status;
    throw err;
  }
}

async function testBuiltin(shell: Shell, args: readonly string[], io: Io, name: string): Promise<number> {
  const { status, error } = test(args, { fs: shell.process.fs, cwd: shell.process.cwd });
  return error ? complain(shell, io, `${name}: ${error}`, status) : status;
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

export const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [':', () => 0],
  ['true', () => 0],
  ['false', () => 1],
  ['.', source],
  ['source', source],
  ['echo', (_, args, io) => print(io, echo(args))],
  [
    'printf',
    async (shell, args, io) => {
      if (args.length === 0) return complain(shell, io, 'printf: usage: printf FORMAT [ARG]...', 2);
      const { out, error } = printf(args[0] ?? '', args.slice(1));
      await io.stdout.write(out);
      return error ? complain(shell, io, error) : 0;
    },
  ],
  ['test', (shell, args, io) => testBuiltin(shell, args, io, 'test')],
  [
    '[',
    (shell, args, io) =>
      args.at(-1) === ']' ? testBuiltin(shell, args.slice(0, -1), io, '[') : complain(shell, io, '[: missing ]', 2),
  ],
  [
    'break',
    (_, args) => {
      throw new Break(levels(args));
    },
  ],
  [
    'continue',
    (_, args) => {
      throw new Continue(levels(args));
    },
  ],
  [
    'return',
    (shell, args) => {
      throw new Return(Number(args[0] ?? shell.status) & 255);
    },
  ],
  [
    'exit',
    (shell, args) => {
      shell.status = Number(args[0] ?? shell.status) & 255;
      throw new Exit(shell.status);
    },
  ],
  [
    'cd',
    async (shell, args, io) => {
      const target = args[0] === '-' ? shell.parameter('OLDPWD') : (args[0] ?? shell.parameter('HOME') ?? '/');
      try {
        shell.changeDirectory(target ?? '/');
      } catch (err) {
        return complain(shell, io, err instanceof Error ? err.message : '');
      }
      return args[0] === '-' ? print(io, `${shell.process.cwd}\n`) : 0;
    },
  ],
  ['pwd', (shell, _, io) => print(io, `${shell.process.cwd}\n`)],
  ['eval', async (shell, args, io) => (args.length ? shell.runSource(args.join(' '), io) : 0)],
  ['exec', (shell, args, io) => (args.length ? shell.exec(args, io) : 0)],
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
  [
    'trap',
    (shell, args, io) => {
      if (args.length === 0) return print(io, [...shell.traps].map(([n, a]) => `trap -- ${quote(a)} ${n}\n`).join(''));
      trapBuiltin(shell, args);
      return 0;
    },
  ],
  ['wait', waitBuiltin],
  ['kill', killBuiltin],
  [
    'jobs',
    (shell, _, io) =>
      print(io, shell.jobs.map((j, i) => `[${i + 1}]+  Running                    ${j.command}\n`).join('')),
  ],
  ['umask', (_, args, io) => (args.length ? 0 : print(io, '0022\n'))],
  ['ulimit', (_, args, io) => print(io, args.includes('-n') ? '1048576\n' : 'unlimited\n')],
  [
    'type',
    async (shell, args, io) => {
      let status = 0;
      for (const name of args) {
        const text = typeOf(shell, name);
        await io.stdout.write(`${text ?? `${name}: not found`}\n`);
        if (!text) status = 127;
      }
      return status;
    },
  ],
  ['command', commandBuiltin],
  ['hash', () => 0],
  ['getopts', getopts],
  [
    'alias',
    (shell, args, io) => {
      for (const arg of args) {
        const eq = arg.indexOf('=');
        if (eq > 0) shell.aliases.set(arg.slice(0, eq), arg.slice(eq + 1));
      }
      return args.length ? 0 : print(io, [...shell.aliases].map(([k, v]) => `${k}=${quote(v)}\n`).join(''));
    },
  ],
  [
    'unalias',
    (shell, args) => {
      for (const name of args) shell.aliases.delete(name);
      return 0;
    },
  ],
  [
    'let',
    async (shell, args, io) => {
      await shell.runSource(args.map((a) => `: $((${a}))`).join(';'), io);
      return 0;
    },
  ],
]);
