import type { WebSocket } from 'ws';
import type { ExecStreams } from '../../machinery/kubelet-api.ts';
import type { JsonObject } from '../../machinery/object.ts';
import { internalError, statusOf } from '../../machinery/status-error.ts';

/** The channels of `v4.channel.k8s.io` and `v5.channel.k8s.io`: the first byte of every message. */
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;
const CLOSE = 255;

export const REMOTE_COMMAND_PROTOCOLS: readonly string[] = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

/** Output waits while this much of it has not reached the client. */
const HIGH_WATER = 256 * 1024;

/** Which streams the client asked for. */
export interface WantedStreams {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

const withChannel = (channel: number, data: Uint8Array) => Buffer.concat([Buffer.of(channel), data]);

/** Resolves once the socket has room again, or is gone. */
function drained(socket: WebSocket, sent: Promise<void>): Promise<void> {
  return socket.bufferedAmount > HIGH_WATER ? sent : Promise.resolve();
}

function outputTo(socket: WebSocket, channel: number): WritableStream<Uint8Array> {
  return new WritableStream<Uint8Array>({
    async write(chunk) {
      if (socket.readyState !== socket.OPEN || chunk.length === 0) return;
      const sent = new Promise<void>((done) => socket.send(withChannel(channel, chunk), () => done()));
      await drained(socket, sent);
    },
  });
}

/** Standard input as it arrives; a client that types faster than the program reads is made to wait. */
function inputFrom(socket: WebSocket): {
  stream: ReadableStream<Uint8Array>;
  push(data: Uint8Array): void;
  end(): void;
} {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (c) => void (controller = c),
      pull: () => socket.resume(),
      cancel: () => socket.resume(),
    },
    { highWaterMark: HIGH_WATER, size: (chunk) => chunk.length },
  );
  return {
    stream,
    push(data) {
      controller?.enqueue(data);
      if ((controller?.desiredSize ?? 1) <= 0) socket.pause();
    },
    end() {
      try {
        controller?.close();
      } catch {
        // It was closed, or the program has gone.
      }
      controller = undefined;
    },
  };
}

/** What the error channel says of an exit status (metav1.Status). */
function exitStatus(code: number): JsonObject {
  if (code === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

function failure(err: unknown): JsonObject {
  const message = statusOf(err)?.message ?? (err instanceof Error ? err.message : String(err));
  return { ...internalError(message).status };
}

/** Runs `start` with the socket's channels as its streams, then tells its exit status and closes. */
export async function serveRemoteCommand(
  socket: WebSocket,
  wanted: WantedStreams,
  start: (streams: ExecStreams) => Promise<number>,
): Promise<void> {
  const gone = new AbortController();
  const input = inputFrom(socket);
  const listeners: ((size: { width: number; height: number }) => void)[] = [];
  let lastSize: { width: number; height: number } | undefined;
  socket.on('message', (raw: Buffer | ArrayBuffer | Buffer[]) => {
    const message = Array.isArray(raw) ? Buffer.concat(raw) : Buffer.from(raw as ArrayBuffer);
    const data = message.subarray(1);
    switch (message[0]) {
      case STDIN:
        if (wanted.stdin && data.length) input.push(new Uint8Array(data));
        break;
      case RESIZE:
        lastSize = readSize(data) ?? lastSize;
        if (lastSize) for (const listener of listeners) listener(lastSize);
        break;
      case CLOSE:
        if (data[0] === STDIN) input.end();
        break;
      default:
        break;
    }
  });
  socket.once('close', () => {
    input.end();
    gone.abort();
  });
  socket.on('error', () => socket.terminate());

  let verdict: JsonObject;
  try {
    const code = await start({
      ...(wanted.stdin ? { stdin: input.stream } : {}),
      ...(wanted.stdout ? { stdout: outputTo(socket, STDOUT) } : {}),
      ...(wanted.stderr && !wanted.tty ? { stderr: outputTo(socket, STDERR) } : {}),
      tty: wanted.tty,
      onResize: (listener) => {
        listeners.push(listener);
        if (lastSize) listener(lastSize);
      },
      signal: gone.signal,
    });
    verdict = exitStatus(code);
  } catch (err) {
    verdict = failure(err);
  }
  if (socket.readyState !== socket.OPEN) return;
  socket.send(withChannel(ERROR, Buffer.from(JSON.stringify(verdict))));
  socket.close(1000);
}

function readSize(data: Uint8Array): { width: number; height: number } | undefined {
  try {
    const { Width, Height } = JSON.parse(Buffer.from(data).toString()) as { Width?: unknown; Height?: unknown };
    if (typeof Width === 'number' && typeof Height === 'number') return { width: Width, height: Height };
  } catch {
    // Not a size.
  }
  return undefined;
}
