import { findProgram, type Found } from '../find-program.ts';
import { Exit } from './flow.ts';
import type { Io } from './io.ts';
import type { Shell } from './shell.ts';

function find(shell: Shell, argv: readonly string[]): Found {
  const { process } = shell;
  const path = shell.variables.get('PATH');
  const found = findProgram(process.world, process.fs, argv, process.cwd, path);
  // A script without a first line of its own is the shell's to run.
  if (!('error' in found) || found.error !== 'exec format error') return found;
  return findProgram(process.world, process.fs, ['/bin/sh', ...argv], process.cwd, path);
}

async function cannotRun(
  shell: Shell,
  argv: readonly string[],
  found: Extract<Found, { error: string }>,
  io: Io,
): Promise<number> {
  const missing = shell.bash && found.error === 'not found' ? 'command not found' : 'not found';
  await io.stderr.write(`${shell.name}: ${argv[0]}: ${found.code === 127 ? missing : 'Permission denied'}\n`);
  return found.code;
}

/** Runs a program of the container as a child of the shell and waits for it. */
export async function runProgram(
  shell: Shell,
  argv: readonly string[],
  io: Io,
  env: ReadonlyMap<string, string>,
): Promise<number> {
  const { process } = shell;
  const found = find(shell, argv);
  if ('error' in found) return cannotRun(shell, argv, found, io);
  const child = process.spawn(found.program, { argv: found.argv, env, cwd: process.cwd, ...io });
  const exit = await process.wait(child.exited);
  // ^C ends the shell's command, and the list that it is in.
  if (exit.signal === 'INT') throw new Exit(130);
  if (exit.signal && exit.signal !== 'PIPE')
    await io.stderr.write(exit.signal === 'KILL' ? 'Killed\n' : exit.signal === 'TERM' ? 'Terminated\n' : '');
  return exit.code;
}

/** Replaces the shell by a program. */
export async function becomeProgram(shell: Shell, argv: readonly string[], io: Io): Promise<never> {
  const found = find(shell, argv);
  if ('error' in found) throw new Exit(await cannotRun(shell, argv, found, io));
  throw new Exit(await shell.process.become(found.program, { argv: found.argv, env: shell.environment(), ...io }));
}
