import type { Clock } from '../../../kit/clock.ts';
import type { LogOptions } from '../../machinery/kubelet-api.ts';
import type { Output } from '../runtime/output.ts';
import type { Disk } from '../machine.ts';

/** containerLogMaxSize of the kubelet's defaults. */
const ROTATE_AT = 10 * 1024 * 1024;

/** containerd's max_container_log_line_size: what is longer is written in parts. */
const LONGEST_LINE = 16 * 1024;

/** One container's log file, in the CRI's form: `2026-01-01T00:00:00.000000000Z stdout F text`. */
export class PodLog {
  readonly path: string;
  readonly #disk: Disk;
  readonly #clock: Clock;
  readonly #partial = { stdout: '', stderr: '' };
  readonly #listeners = new Set<() => void>();
  #size: number;
  /** What an adopted container is expected to print once more, since it starts over. */
  #replay: string[] = [];
  closed = false;

  constructor(disk: Disk, clock: Clock, path: string, adopted = false) {
    this.#disk = disk;
    this.#clock = clock;
    this.path = path;
    const old = disk.read(path);
    if (old === undefined) disk.write(path, '', 0o640);
    this.#size = old?.length ?? 0;
    if (adopted && old) this.#replay = parseLog(old).map((line) => line.text);
  }

  output(stream: 'stdout' | 'stderr'): Output {
    return {
      write: (data) => {
        this.#write(stream, typeof data === 'string' ? data : Buffer.from(data).toString('utf8'));
        return Promise.resolve(true);
      },
    };
  }

  /** The container has ended: what it left without a newline is written, and followers end. */
  close(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#partial[stream]) this.#append(`${this.#stamp()} ${stream} P ${this.#partial[stream]}\n`);
      this.#partial[stream] = '';
    }
    this.closed = true;
    this.#tell();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #write(stream: 'stdout' | 'stderr', text: string): void {
    const lines = (this.#partial[stream] + text).split('\n');
    this.#partial[stream] = lines.pop() ?? '';
    const fresh = lines.filter((line) => !this.#replayed(line));
    if (fresh.length) this.#append(fresh.map((line) => this.#entry(stream, line)).join(''));
    const whole = this.#partial[stream].length - (this.#partial[stream].length % LONGEST_LINE);
    if (whole > 0) {
      this.#append(this.#parts(stream, this.#partial[stream].slice(0, whole)));
      this.#partial[stream] = this.#partial[stream].slice(whole);
    }
    this.#tell();
  }

  #entry(stream: string, line: string): string {
    const last = line.length - (line.length % LONGEST_LINE);
    return `${this.#parts(stream, line.slice(0, last))}${this.#stamp()} ${stream} F ${line.slice(last)}\n`;
  }

  #parts(stream: string, text: string): string {
    let parts = '';
    for (let i = 0; i < text.length; i += LONGEST_LINE)
      parts += `${this.#stamp()} ${stream} P ${text.slice(i, i + LONGEST_LINE)}\n`;
    return parts;
  }

  #replayed(line: string): boolean {
    if (this.#replay.length === 0) return false;
    if (this.#replay[0] === line) {
      this.#replay.shift();
      return true;
    }
    this.#replay = [];
    return false;
  }

  #append(text: string): void {
    try {
      if (this.#size > ROTATE_AT) {
        this.#disk.fs.writeFile(this.path, '');
        this.#size = 0;
      }
      this.#disk.fs.writeFile(this.path, text, { append: true });
      this.#size += text.length;
    } catch {
      // Somebody on the node took the directory away; the container goes on without its log, as a real one does.
    }
  }

  #stamp(): string {
    return `${new Date(this.#clock.now()).toISOString().slice(0, 23)}000000Z`;
  }

  #tell(): void {
    for (const listener of Array.from(this.#listeners)) listener();
  }
}

export interface LogLine {
  time: string;
  stream: string;
  /** False for a line that has not ended yet. */
  full: boolean;
  text: string;
}

export function parseLog(content: string): LogLine[] {
  return content.split('\n').flatMap((line) => {
    const found = /^(\S+) (stdout|stderr) ([FP])[^ ]* ?(.*)$/.exec(line);
    if (!found) return [];
    const [, time = '', stream = '', tag, text = ''] = found;
    return [{ time, stream, full: tag === 'F', text }];
  });
}

/** Reads a log as `kubectl logs` asks for it. `log` is its live end, for following. */
export function streamLog(
  disk: Disk,
  path: string,
  log: PodLog | undefined,
  options: LogOptions,
  now: number,
): ReadableStream<Uint8Array> {
  let seen = 0;
  let left = options.limitBytes ?? Infinity;
  const since =
    options.sinceSeconds !== undefined ? now - options.sinceSeconds * 1000 : Date.parse(options.sinceTime ?? '');
  const render = (line: LogLine) => `${options.timestamps ? `${line.time} ` : ''}${line.text}${line.full ? '\n' : ''}`;
  const fresh = (first: boolean) => {
    let lines = parseLog(disk.read(path) ?? '');
    if (lines.length < seen) seen = 0;
    const from = seen;
    seen = lines.length;
    lines = lines.slice(from);
    if (first) {
      if (Number.isFinite(since)) lines = lines.filter((l) => Date.parse(l.time) >= since);
      if (options.tailLines !== undefined) lines = options.tailLines === 0 ? [] : lines.slice(-options.tailLines);
    }
    const bytes = Buffer.from(lines.map(render).join('')).subarray(0, Math.max(left, 0));
    left -= bytes.length;
    return bytes;
  };
  let unsubscribe: (() => void) | undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const first = fresh(true);
      if (first.length) controller.enqueue(first);
      if (!options.follow || !log || log.closed || left <= 0) {
        controller.close();
        return;
      }
      const end = () => {
        unsubscribe?.();
        unsubscribe = undefined;
        try {
          controller.close();
        } catch {
          // The client has cancelled it already.
        }
      };
      unsubscribe = log.onChange(() => {
        const more = fresh(false);
        if (more.length) controller.enqueue(more);
        if (log.closed || left <= 0) end();
      });
      options.signal.addEventListener('abort', end);
    },
    cancel() {
      unsubscribe?.();
    },
  });
}
