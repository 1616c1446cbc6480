import { rmSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { createSecureServer } from 'node:http2';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { TLSSocket } from 'node:tls';
import type { Handler } from './handle.ts';
import type { ListenAt, Listening, Peer } from './options.ts';

type AnyRequest = IncomingMessage | Http2ServerRequest;
type AnyResponse = ServerResponse | Http2ServerResponse;

/** Who is at the other end of each connection, which may carry thousands of requests. */
const peers = new WeakMap<TLSSocket, Peer>();

/** The certificate that a client showed; possession of its key was proved in the handshake. */
export function peerOf(socket: unknown): Peer {
  if (!(socket instanceof TLSSocket)) return {};
  const known = peers.get(socket);
  if (known) return known;
  const certificate = socket.getPeerCertificate();
  const peer: Peer = certificate?.raw ? { certificate: new Uint8Array(certificate.raw) } : {};
  peers.set(socket, peer);
  return peer;
}

/** Headers of either protocol as fetch has them; HTTP/2's pseudo headers are left out. */
export function fetchHeaders(from: IncomingHttpHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(from)) {
    if (value === undefined || name.startsWith(':')) continue;
    for (const v of Array.isArray(value) ? value : [value]) headers.append(name, v);
  }
  return headers;
}

function urlOf(req: AnyRequest): string {
  const host = req.headers.host ?? req.headers[':authority'] ?? 'localhost';
  return `https://${String(host)}${req.url ?? '/'}`;
}

/** Node's request as fetch's; aborted when the client goes. */
function fetchRequest(req: AnyRequest, signal: AbortSignal): Request {
  const method = req.method ?? 'GET';
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const init: RequestInit & { duplex: 'half' } = {
    method,
    headers: fetchHeaders(req.headers),
    signal,
    duplex: 'half',
    ...(hasBody ? { body: Readable.toWeb(req) as unknown as ReadableStream<Uint8Array> } : {}),
  };
  return new Request(urlOf(req), init);
}

async function send(res: AnyResponse, response: Response): Promise<void> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of response.headers) headers[name] = value;
  if ('stream' in res) res.writeHead(response.status, headers);
  else res.writeHead(response.status, headers);
  if (!response.body) {
    res.end();
    return;
  }
  if ('flushHeaders' in res) res.flushHeaders();
  const body = Readable.fromWeb(response.body as unknown as NodeReadableStream<Uint8Array>);
  await new Promise<void>((done) => {
    body.once('error', () => {
      res.end();
      done();
    });
    res.once('close', () => {
      body.destroy();
      done();
    });
    // Both kinds of response are writable streams.
    body.pipe(res);
  });
}

async function answer(handle: Handler, req: AnyRequest, res: AnyResponse): Promise<void> {
  const abort = new AbortController();
  // A whole answer has nobody left who must be told.
  res.once('close', () => {
    if (!res.writableEnded) abort.abort();
  });
  let request: Request;
  try {
    request = fetchRequest(req, abort.signal);
  } catch {
    // What fetch cannot even express: TRACE, a malformed URL or header.
    res.statusCode = req.method === 'TRACE' || req.method === 'CONNECT' || req.method === 'TRACK' ? 405 : 400;
    res.end();
    return;
  }
  const peer = peerOf('stream' in req ? req.stream.session?.socket : req.socket);
  await send(res, await handle(request, peer));
}

/** The first byte of a TLS handshake, and how Go answers what is none. */
const HANDSHAKE = 0x16;
const NOT_TLS = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';

/** What takes over a connection that asks for an upgrade. */
export type UpgradeHandler = (req: IncomingMessage, socket: Socket, head: Buffer, peer: Peer) => void;

/** Serves HTTP/2 and HTTP/1.1 over TLS. Client certificates are asked for, not required; the handler judges them. */
export async function listenOn(at: ListenAt, handle: Handler, upgrade: UpgradeHandler): Promise<Listening> {
  const server = createSecureServer({
    key: at.tls.key,
    cert: at.tls.cert,
    ...(at.tls.clientAuthorities.length > 0 ? { ca: [...at.tls.clientAuthorities] } : {}),
    requestCert: true,
    rejectUnauthorized: false,
    allowHTTP1: true,
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  const sockets = new Set<Socket>();
  const front = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.once('error', () => socket.destroy());
    socket.once('data', (first: Buffer) => {
      if (first[0] !== HANDSHAKE) return void socket.end(NOT_TLS);
      // Paused: the handshake reads what was looked at only a turn later.
      socket.pause();
      socket.unshift(first);
      server.emit('connection', socket);
    });
  });
  server.on('sessionError', () => {});
  server.on('tlsClientError', () => {});
  server.on('clientError', (_err: Error, socket: Socket) => socket.destroy());
  server.on('request', (req: Http2ServerRequest, res: Http2ServerResponse) => {
    answer(handle, req, res).catch(() => res.destroy());
  });
  server.on('upgrade', (req: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    upgrade(req, socket, head, peerOf(socket));
  });

  if ('socketPath' in at) rmSync(at.socketPath, { force: true });
  await new Promise<void>((done, fail) => {
    front.once('error', fail);
    if ('socketPath' in at) front.listen(at.socketPath, done);
    else front.listen(at.port, at.host ?? '127.0.0.1', done);
  });
  const address = front.address();
  const url = 'socketPath' in at ? 'https://localhost' : `https://127.0.0.1:${(address as AddressInfo).port}`;
  return {
    url,
    close: () =>
      new Promise<void>((done) => {
        front.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
