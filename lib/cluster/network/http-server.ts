import { parseHeaders, readExactly, readHead } from './http-client.ts';
import { acceptTls, HANDSHAKE, type Tls } from './tls.ts';
import type { Connection, HttpHandler, HttpResponse, Listener, NetStack } from './stack.ts';

const REASONS: Record<number, string> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** Serves HTTP/1.1 on a port. `headers` go with every answer. */
export function serveHttp(
  stack: NetStack,
  options: {
    port: number;
    address?: string;
    /** Absent: plain HTTP. */
    tls?: Tls;
    handler: HttpHandler;
    headers?: () => Record<string, string>;
  },
): Listener {
  const { port, address, tls, handler, headers } = options;
  const answer = async (connection: Connection) => {
    const plain = tls ? await acceptTls(connection, tls) : connection;
    if (plain) await serve(plain, handler, headers ?? (() => ({})));
  };
  return stack.listen({
    port,
    http: handler,
    ...(address ? { address } : {}),
    ...(tls ? { tls: true } : {}),
    accept: (connection) => void answer(connection),
  });
}

async function serve(
  connection: Connection,
  handler: HttpHandler,
  common: () => Record<string, string>,
): Promise<void> {
  try {
    const opening = await connection.input.read();
    if (!opening) return;
    // Somebody speaks TLS to a server that does not.
    if (opening[0] === HANDSHAKE) {
      await send(connection, { status: 400, body: '' }, common(), true);
      return;
    }
    connection.input.unread(opening);
    for (;;) {
      const lines = await readHead(connection.input);
      if (!lines) break;
      const first = /^([A-Z]+) (\S+) HTTP\/1\.([01])$/.exec(lines[0] ?? '');
      if (!first) {
        await send(connection, { status: 400, body: '' }, common(), true);
        break;
      }
      const [, method = '', target = '', minor] = first;
      const headers = new Map(parseHeaders(lines.slice(1)).map(([k, v]) => [k.toLowerCase(), v]));
      const length = Number(headers.get('content-length') ?? 0);
      const body = length > 0 ? await readExactly(connection.input, length) : new Uint8Array();
      let response: HttpResponse;
      try {
        const { remote, clientCertificate } = connection;
        response = await handler({
          method,
          target,
          headers,
          body,
          remote,
          ...(clientCertificate && { clientCertificate }),
        });
      } catch {
        response = { status: 500, body: 'Internal Server Error\n' };
      }
      const close = headers.get('connection')?.toLowerCase() === 'close' || minor === '0';
      await send(connection, response, common(), close, method === 'HEAD');
      if (close) break;
    }
  } finally {
    connection.close();
  }
}

async function send(
  connection: Connection,
  response: HttpResponse,
  common: Record<string, string>,
  close: boolean,
  head = false,
): Promise<void> {
  const body = typeof response.body === 'string' ? Buffer.from(response.body) : (response.body ?? new Uint8Array());
  const headers: Record<string, string> = {
    ...common,
    ...(response.body !== undefined && !response.headers?.['Content-Type'] ? { 'Content-Type': 'text/plain' } : {}),
    'Content-Length': String(body.length),
    ...(close ? { Connection: 'close' } : {}),
    ...response.headers,
  };
  const text = `HTTP/1.1 ${response.status} ${REASONS[response.status] ?? 'Unknown'}\r\n${Object.entries(headers)
    .map(([k, v]) => `${k}: ${v}\r\n`)
    .join('')}\r\n`;
  await connection.output.write(Buffer.concat([Buffer.from(text), head ? new Uint8Array() : body]));
}
