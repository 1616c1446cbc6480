import { joinPath } from '../fs/file-system.ts';
import { complain, print, quote, type Builtin } from './builtin.ts';
import { Break, Continue, Exit, Return, ShellError } from './flow.ts';
import type { Io } from './io.ts';
import { jobBuiltins } from './job-builtins.ts';
import { echo, printf } from './printf.ts';
import { becomeProgram, runProgram } from './run-program.ts';
import type { Shell } from './shell.ts';
import { test } from './test-expression.ts';
import { variableBuiltins } from './variable-builtins.ts';

const levels = (args: readonly string[]) => Math.max(Number(args[0] ?? 1) || 1, 1);

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
  return args.length ? runProgram(shell, args, io, shell.environment()) : 0;
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
  const { fs, cwd, tty, stdin, stdout, stderr } = shell.process;
  // What was redirected is no terminal any more.
  const untouched = [io.stdin === stdin, io.stdout === stdout, io.stderr === stderr];
  const { status, error } = test(args, { fs, cwd, isTerminal: (fd) => tty && untouched[fd] === true });
  return error ? complain(shell, io, `${name}: ${error}`, status) : status;
}

export const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ...variableBuiltins,
  ...jobBuiltins,
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
  ['pwd', (shell, _, io) => print(io, `${shell.process.cwd}\n`)],
  ['eval', async (shell, args, io) => (args.length ? shell.runSource(args.join(' '), io) : 0)],
  ['exec', (shell, args, io) => (args.length ? becomeProgram(shell, args, io) : 0)],
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
