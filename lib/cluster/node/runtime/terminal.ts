import type { ExecStreams } from '../../machinery/kubelet-api.ts';
import { BytePipe, emptyPipe, pumpInto } from '../../network/byte-pipe.ts';
import { bytesOf, discard, type Output } from './output.ts';
import type { ProcessTable } from './process-table.ts';
import type { Process } from './process.ts';

/** The streams of a process that a client started, with a terminal between them if it asked for one. */
export interface Terminal {
  stdin: BytePipe;
  stdout: Output;
  stderr: Output;
  /** Whom ^C interrupts: the newest descendant of `leader`. */
  foreground(processes: ProcessTable, leader: Process): void;
  /** Flushes and closes the client's streams. */
  end(): Promise<void>;
}

const INTERRUPT = 3;
const END_OF_FILE = 4;
const QUIT = 28;
const DELETE = 127;
const BACKSPACE = 8;

/** Connects a client's streams; with `tty` it echoes, edits lines and sends signals, as the kernel's line discipline does. */
export function openTerminal(streams: ExecStreams): Terminal {
  const out = streams.stdout?.getWriter();
  const err = streams.tty ? out : streams.stderr?.getWriter();
  const output = (writer: WritableStreamDefaultWriter<Uint8Array> | undefined): Output => {
    if (!writer) return discard;
    return {
      async write(data) {
        const bytes = streams.tty ? crlf(bytesOf(data)) : bytesOf(data);
        try {
          await writer.write(bytes);
          return true;
        } catch {
          return false;
        }
      },
    };
  };
  const stdout = output(out);
  const stderr = output(err);
  let leader: { processes: ProcessTable; process: Process } | undefined;
  const stdin = streams.stdin ? new BytePipe() : emptyPipe();
  if (streams.stdin && !streams.tty) void pumpInto(streams.stdin, stdin);
  else if (streams.stdin) {
    void edit(streams.stdin, stdin, stdout, (signal) => {
      if (!leader) return;
      const { processes, process } = leader;
      newestDescendant(processes, process).kill(signal, true);
    });
  }
  return {
    stdin,
    stdout,
    stderr,
    foreground(processes, process) {
      leader = { processes, process };
    },
    async end() {
      stdin.end();
      await Promise.all([
        out?.close().catch(() => undefined),
        err === out ? undefined : err?.close().catch(() => undefined),
      ]);
    },
  };
}

function newestDescendant(processes: ProcessTable, leader: Process): Process {
  let found = leader;
  for (;;) {
    const child = processes.list().findLast((p) => p.parent === found);
    if (!child) return found;
    found = child;
  }
}

/** Whether a program reads keys by itself (an interactive shell does): then lines are not edited here. */
export const rawInputs = new WeakSet<BytePipe>();

async function edit(
  source: ReadableStream<Uint8Array>,
  stdin: BytePipe,
  echo: Output,
  signal: (name: 'INT' | 'QUIT') => void,
): Promise<void> {
  let line: number[] = [];
  const reader = source.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (rawInputs.has(stdin)) {
        if (line.length) await stdin.write(Uint8Array.from(line.splice(0)));
        await stdin.write(value);
        continue;
      }
      for (const byte of value) {
        if (byte === INTERRUPT || byte === QUIT) {
          line = [];
          await echo.write(byte === INTERRUPT ? '^C' : '^\\');
          signal(byte === INTERRUPT ? 'INT' : 'QUIT');
        } else if (byte === END_OF_FILE) {
          if (line.length) await stdin.write(Uint8Array.from(line.splice(0)));
          else stdin.end();
        } else if (byte === DELETE || byte === BACKSPACE) {
          if (line.pop() !== undefined) await echo.write('\b \b');
        } else if (byte === 13 || byte === 10) {
          await echo.write('\n');
          line.push(10);
          await stdin.write(Uint8Array.from(line.splice(0)));
        } else {
          line.push(byte);
          await echo.write(Uint8Array.of(byte));
        }
      }
    }
  } catch {
    // The client has gone.
  } finally {
    if (line.length) await stdin.write(Uint8Array.from(line));
    stdin.end();
  }
}

function crlf(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(10)) return bytes;
  const out: number[] = [];
  bytes.forEach((byte, i) => {
    if (byte === 10 && bytes[i - 1] !== 13) out.push(13);
    out.push(byte);
  });
  return Uint8Array.from(out);
}
