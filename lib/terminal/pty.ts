import { spawn } from '@lydell/node-pty';
import type { Invocation } from './machine.ts';

export interface Size {
  columns: number;
  rows: number;
}

/** A program on a terminal of its own. */
export interface Pty {
  readonly pid: number;
  write(data: string | Buffer): void;
  resize(size: Size): void;
  /** Stops reading the program's output, so that the program has to wait; the kernel holds a few KiB. */
  pause(): void;
  resume(): void;
  onData(listener: (data: Buffer) => void): void;
  onExit(listener: (exitCode: number) => void): void;
  /** Hangs up, as a closed window does. */
  kill(): void;
}

/** No window is larger, and none smaller than one character. */
const LARGEST = 1000;
const within = (n: number) => (Number.isInteger(n) ? Math.min(Math.max(n, 1), LARGEST) : 1);

/** The only place where pseudo-terminals are made. */
export function spawnPty({ file, args, env }: Invocation, { columns, rows }: Size): Pty {
  const pty = spawn(file, args, {
    name: env['TERM'] ?? 'xterm-256color',
    cols: within(columns),
    rows: within(rows),
    env,
    // Bytes, so that characters cut between two reads stay whole.
    encoding: null,
  });
  let running = true;
  pty.onExit(() => {
    running = false;
  });
  return {
    pid: pty.pid,
    write: (data) => {
      if (running) (pty as { write(data: string | Buffer): void }).write(data);
    },
    resize: (size) => {
      if (running) pty.resize(within(size.columns), within(size.rows));
    },
    pause: () => pty.pause(),
    resume: () => pty.resume(),
    onData: (listener) => void pty.onData((data: unknown) => listener(Buffer.from(data as Buffer))),
    onExit: (listener) => void pty.onExit(({ exitCode, signal }) => listener(signal ? 128 + signal : exitCode)),
    kill: () => {
      if (running) pty.kill('SIGHUP');
    },
  };
}
