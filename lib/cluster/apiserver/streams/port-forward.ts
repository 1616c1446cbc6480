import type { WebSocket } from 'ws';
import type { ByteDuplex } from '../../machinery/kubelet-api.ts';
import type { SpdyStream } from './spdy-session.ts';
import { SpdySession } from './spdy-session.ts';

/** A WebSocket that carries the bytes of a SPDY/3.1 connection. */
export const PORT_FORWARD_PROTOCOL = 'SPDY/3.1+portforward.k8s.io';

const HIGH_WATER = 256 * 1024;

/** Carries one forwarded connection; failures are told on its error stream. */
async function forward(
  data: SpdyStream,
  error: SpdyStream | undefined,
  dial: () => Promise<ByteDuplex>,
): Promise<void> {
  try {
    const connection = await dial();
    await Promise.all([data.readable.pipeTo(connection.writable).catch(() => {}), pump(connection.readable, data)]);
  } catch (err) {
    await error?.write(Buffer.from(err instanceof Error ? err.message : String(err)));
  } finally {
    data.end();
    error?.end();
  }
}

async function pump(from: ReadableStream<Uint8Array>, to: SpdyStream): Promise<void> {
  try {
    for await (const chunk of from) await to.write(chunk);
  } finally {
    to.end();
  }
}

/**
 * Serves `pods/portforward` on a socket. For each connection the client opens two streams with one `requestid`: first one
 * for errors, then one for data.
 */
export function servePortForward(socket: WebSocket, connect: (port: number) => Promise<ByteDuplex>): Promise<void> {
  return new Promise<void>((done) => {
    const errors = new Map<string, SpdyStream>();
    const send = (bytes: Uint8Array) =>
      new Promise<void>((sent) => {
        if (socket.readyState !== socket.OPEN) {
          sent();
          return;
        }
        const room = socket.bufferedAmount < HIGH_WATER;
        socket.send(bytes, () => sent());
        if (room) sent();
      });
    const session = new SpdySession(
      send,
      (stream) => {
        const id = stream.headers.get('requestid') ?? '';
        const port = Number(stream.headers.get('port'));
        if (!Number.isInteger(port) || port < 1 || port > 65535) {
          stream.reset();
        } else if (stream.headers.get('streamtype') === 'error') {
          errors.set(id, stream);
        } else {
          const error = errors.get(id);
          errors.delete(id);
          void forward(stream, error, () => connect(port));
        }
      },
      () => {
        socket.close();
        done();
      },
    );
    socket.on('message', (raw: Buffer | ArrayBuffer | Buffer[]) => {
      session.receive(Array.isArray(raw) ? Buffer.concat(raw) : Buffer.from(raw as ArrayBuffer));
    });
    socket.once('close', () => session.end());
    socket.on('error', () => socket.terminate());
  });
}
