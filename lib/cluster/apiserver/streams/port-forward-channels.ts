import type { WebSocket } from 'ws';
import type { ByteDuplex } from '../../machinery/kubelet-api.ts';
import { badRequest } from '../../machinery/status-error.ts';

/** The older form of port-forwarding over WebSockets, as most libraries speak it. None named means the same. */
export const PORT_FORWARD_CHANNELS: readonly string[] = ['v4.channel.k8s.io', ''];

const HIGH_WATER = 256 * 1024;

/** The ports of a request's `ports` parameters. Throws 400 in upstream's words. */
export function wantedPorts(query: URLSearchParams): number[] {
  const given = query.getAll('ports');
  if (given.length === 0) throw badRequest('query parameter "port" is required');
  return given.flatMap((text) => {
    if (text === '') throw badRequest('query parameter "port" cannot be empty');
    return text.split(',').map((part) => {
      const port = /^\d+$/.test(part) ? Number(part) : Number.NaN;
      if (Number.isNaN(port))
        throw badRequest(
          `unable to parse ${JSON.stringify(text)} as a port: strconv.ParseUint: parsing ${JSON.stringify(part)}: invalid syntax`,
        );
      if (port > 65_535)
        throw badRequest(
          `unable to parse ${JSON.stringify(text)} as a port: strconv.ParseUint: parsing ${JSON.stringify(part)}: value out of range`,
        );
      if (port < 1) throw badRequest(`port ${JSON.stringify(text)} must be > 0`);
      return port;
    });
  });
}

/**
 * Serves `pods/portforward` with two channels for each port: data on 2n, errors on 2n+1. The first byte of a message names
 * its channel; the first message on each channel is the port, little-endian. One connection is made for each port, at once.
 */
export async function servePortForwardChannels(
  socket: WebSocket,
  ports: readonly number[],
  connect: (port: number) => Promise<ByteDuplex>,
): Promise<void> {
  const sinks = new Map<number, ReadableStreamDefaultController<Uint8Array>>();
  const send = (channel: number, data: Uint8Array) =>
    new Promise<void>((sent) => {
      if (socket.readyState !== socket.OPEN) return sent();
      const room = socket.bufferedAmount < HIGH_WATER;
      socket.send(Buffer.concat([Buffer.of(channel), data]), () => sent());
      if (room) sent();
    });
  socket.on('message', (raw: Buffer | ArrayBuffer | Buffer[]) => {
    const message = Array.isArray(raw) ? Buffer.concat(raw) : Buffer.from(raw as ArrayBuffer);
    const sink = sinks.get(message[0] ?? -1);
    if (!sink || message.length === 1) return;
    sink.enqueue(new Uint8Array(message.subarray(1)));
    if ((sink.desiredSize ?? 1) <= 0) socket.pause();
  });
  socket.on('error', () => socket.terminate());
  const gone = new Promise<void>((done) => socket.once('close', () => done()));
  void gone.then(() => {
    for (const sink of sinks.values()) end(sink);
    sinks.clear();
  });

  const forward = async (port: number, index: number): Promise<void> => {
    const channel = 2 * index;
    const number = Buffer.alloc(2);
    number.writeUInt16LE(port);
    const input = new ReadableStream<Uint8Array>(
      { start: (controller) => void sinks.set(channel, controller), pull: () => socket.resume() },
      { highWaterMark: HIGH_WATER, size: (chunk) => chunk.length },
    );
    await send(channel, number);
    await send(channel + 1, number);
    try {
      const connection = await connect(port);
      input.pipeTo(connection.writable).catch(() => undefined);
      for await (const chunk of connection.readable) await send(channel, chunk);
    } catch (err) {
      await send(channel + 1, Buffer.from(err instanceof Error ? err.message : String(err)));
    } finally {
      sinks.delete(channel);
    }
  };
  await Promise.race([Promise.all(ports.map(forward)), gone]);
  socket.close(1000);
}

function end(sink: ReadableStreamDefaultController<Uint8Array>): void {
  try {
    sink.close();
  } catch {
    // The program has gone first.
  }
}
