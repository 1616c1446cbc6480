import type { Io } from './io.ts';
import type { Shell } from './shell.ts';

/** A command of the shell itself; resolves with its status. */
export type Builtin = (shell: Shell, args: readonly string[], io: Io) => Promise<number> | number;

export async function print(io: Io, text: string): Promise<number> {
  await io.stdout.write(text);
  return 0;
}

export async function complain(shell: Shell, io: Io, text: string, status = 1): Promise<number> {
  await io.stderr.write(`${shell.name}: ${text}\n`);
  return status;
}

/** A value as the shell prints it for reading in again. */
export const quote = (text: string) => `'${text.replace(/'/g, `'"'"'`)}'`;
