import { serveHttp } from '../../../network/http-server.ts';
import type { Tls } from '../../../network/tls.ts';
import type { HttpHandler, ListenOptions } from '../../../network/stack.ts';
import type { Process } from '../process.ts';

/** Listens until the process ends. Throws a NetError. */
export function listen(process: Process, options: ListenOptions): void {
  const listener = process.world.net.listen(options);
  process.signal.addEventListener('abort', () => listener.close());
}

/** Serves HTTP until the process ends. Throws a NetError. */
export function listenHttp(
  process: Process,
  options: {
    port: number;
    address?: string;
    tls?: Tls;
    handler: HttpHandler;
    headers?: () => Record<string, string>;
  },
): void {
  const listener = serveHttp(process.world.net, options);
  process.signal.addEventListener('abort', () => listener.close());
}
