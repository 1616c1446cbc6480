import { BytePipe, emptyPipe } from '../../../network/byte-pipe.ts';
import type { Budget } from '../budget.ts';
import { joinPath, type FileSystem } from '../fs/file-system.ts';
import { fileOutput, pipeOutput, type Output } from '../output.ts';
import type { RedirectionNode } from './syntax.ts';
import { ShellError } from './flow.ts';

/** The standard streams of a command. */
export interface Io {
  stdin: BytePipe;
  stdout: Output;
  stderr: Output;
}

/** Applies one redirection. `target` is its expanded word, or a here-document's text. */
export function redirect(io: Io, node: RedirectionNode, target: string, fs: FileSystem, cwd: string): Io {
  const { operator } = node;
  const fd = node.fd ?? (operator.startsWith('<') ? 0 : 1);
  switch (operator) {
    case '<<':
    case '<<-':
      return { ...io, stdin: pipeOf(Buffer.from(target)) };
    case '<<<':
      return { ...io, stdin: pipeOf(Buffer.from(`${target}\n`)) };
    case '<':
    case '<>':
      return { ...io, stdin: open(() => pipeOf(fs.readFile(joinPath(cwd, target))), target, 'open') };
    case '<&':
    case '>&':
      if (target === '-') return fd === 0 ? { ...io, stdin: emptyPipe() } : setOutput(io, fd, closed);
      if (target === '1') return setOutput(io, fd, io.stdout);
      if (target === '2') return setOutput(io, fd, io.stderr);
      if (target === '0') return io;
      if (/^\d+$/.test(target)) throw new ShellError(`${target}: Bad file descriptor`, 1);
      break;
    default:
  }
  const output = outputTo(io, target, operator === '>>' || operator === '&>>', fs, cwd);
  if (operator.startsWith('&') || operator === '>&') return { ...io, stdout: output, stderr: output };
  return setOutput(io, fd, output);
}

const closed: Output = { write: () => Promise.resolve(true) };

function setOutput(io: Io, fd: number, output: Output): Io {
  if (fd === 1) return { ...io, stdout: output };
  if (fd === 2) return { ...io, stderr: output };
  return io;
}

function outputTo(io: Io, target: string, append: boolean, fs: FileSystem, cwd: string): Output {
  if (target === '/dev/stdout' || target === '/dev/fd/1' || target === '/proc/self/fd/1') return io.stdout;
  if (target === '/dev/stderr' || target === '/dev/fd/2' || target === '/proc/self/fd/2') return io.stderr;
  const path = joinPath(cwd, target);
  return open(
    () => {
      fs.writeFile(path, '', { append });
      return fileOutput(fs, path);
    },
    target,
    'create',
  );
}

function open<T>(work: () => T, target: string, verb: string): T {
  try {
    return work();
  } catch (err) {
    const why = err instanceof Error ? err.message : String(err);
    const nonexistent =
      why === 'No such file or directory' && verb === 'create'
        ? 'nonexistent directory'
        : why.replace('No such file or directory', 'no such file');
    const shown = why === 'No such file or directory' ? nonexistent : why;
    throw new ShellError(`can't ${verb} ${target}: ${shown}`, 1);
  }
}

function pipeOf(bytes: Uint8Array): BytePipe {
  const pipe = new BytePipe();
  void pipe.write(bytes);
  pipe.end();
  return pipe;
}

/** What a command writes, kept: for `$(…)`. It takes room in `memory` until its text is read. */
export function capture(memory: Budget): { output: Output; text: () => string } {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return {
    output: {
      write(data) {
        memory.take(data.length);
        size += data.length;
        chunks.push(typeof data === 'string' ? Buffer.from(data) : data);
        return Promise.resolve(true);
      },
    },
    text: () => {
      memory.take(-size);
      size = 0;
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}

/** A pipe between two commands of a pipeline. */
export function connect(): { output: Output; input: BytePipe } {
  const input = new BytePipe();
  return { input, output: pipeOutput(input) };
}
