import { connect } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Headers that make the request a WebSocket's; nothing else (cookies least of all) goes on to a worker. */
const PASSED = [
  'upgrade',
  'connection',
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-extensions',
  'sec-websocket-protocol',
];

/**
 * Sends a WebSocket request on to a unix socket under another path, and from then on passes bytes both ways, at the pace
 * of the slower side. Rejects when nobody listens there.
 */
export function joinUpgrade(
  socketPath: string,
  path: string,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const upstream = connect(socketPath);
    upstream.once('error', reject);
    upstream.once('connect', () => {
      const headers = PASSED.flatMap((name) => {
        const value = incoming.headers[name];
        return typeof value === 'string' ? [`${name}: ${value}`] : [];
      });
      upstream.write(`GET ${path} HTTP/1.1\r\nhost: worker\r\n${headers.join('\r\n')}\r\n\r\n`);
      upstream.write(head);
      const end = () => {
        upstream.destroy();
        socket.destroy();
      };
      for (const side of [upstream, socket]) side.on('error', end).on('close', end);
      upstream.pipe(socket);
      socket.pipe(upstream);
      resolve();
    });
  });
}
