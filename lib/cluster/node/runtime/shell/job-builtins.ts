import { signalName, SIGNALS } from '../signals.ts';
import { complain, print, quote, type Builtin } from './builtin.ts';
import { ShellError } from './flow.ts';
import type { Io } from './io.ts';
import type { Shell } from './shell.ts';

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

/** Signals and background jobs. */
export const jobBuiltins: readonly [string, Builtin][] = [
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
];
