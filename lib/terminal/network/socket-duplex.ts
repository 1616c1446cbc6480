import type { Socket } from 'node:net';
import type { ByteDuplex } from '../../cluster/index.ts';

/**
 * A socket (opened with `allowHalfOpen`) as web streams whose halves end independently. Node's own `Duplex.toWeb` of
 * version 20 ends the readable half only when the writable one has ended too, and then both sides wait for each other.
 */
export function socketDuplex(socket: Socket): ByteDuplex {
  socket.pause();
  let open = true;
  const readable = new ReadableStream<Uint8Array>({
    start: (controller) => {
      socket.on('data', (data: Buffer) => {
        if (!open) return;
        controller.enqueue(data);
        if ((controller.desiredSize ?? 0) <= 0) socket.pause();
      });
      socket.on('end', () => {
        if (open) controller.close();
        open = false;
      });
      socket.on('close', () => {
        if (open) controller.error(new Error('connection reset'));
        open = false;
      });
      // Adding a listener for data has set it flowing.
      socket.pause();
    },
    pull: () => void socket.resume(),
    cancel: () => {
      open = false;
      socket.destroy();
    },
  });
  const writable = new WritableStream<Uint8Array>({
    start: (controller) => {
      socket.on('error', (err) => {
        controller.error(err);
        socket.destroy();
      });
      socket.on('close', () => controller.error(new Error('connection reset')));
    },
    write: (data) => new Promise((resolve, reject) => socket.write(data, (err) => (err ? reject(err) : resolve()))),
    close: () => new Promise((resolve) => socket.end(resolve)),
    abort: () => void socket.destroy(),
  });
  return { readable, writable };
}
