import { X509Certificate } from 'node:crypto';
import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { BytePipe } from './byte-pipe.ts';
import type { Connection } from './stack.ts';

/** What a server shows in its handshakes, PEM. Asked for at each, so that a renewed certificate is shown at once. */
export interface TlsIdentity {
  cert: string;
  key: string;
  /** Authorities of clients' certificates, which are asked for then. */
  clientCa?: string;
  /** Turns away whoever shows no certificate of those authorities. */
  clientRequired?: boolean;
}

/** The server's side of TLS: `undefined` while it has nothing to show, and then handshakes fail. */
export type Tls = () => TlsIdentity | undefined | Promise<TlsIdentity | undefined>;

/** The first byte of a handshake's record. */
export const HANDSHAKE = 0x16;

/** How Go's servers answer somebody who forgot the `s` of https. */
const NOT_TLS = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';

/** A connection as Node's streams have it. */
class PipeDuplex extends Duplex {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    super();
    this.#connection = connection;
  }

  override _read(): void {
    void this.#connection.input.read().then((chunk) => this.push(chunk ?? null));
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error) => void): void {
    void this.#connection.output
      .write(chunk)
      .then((written) => done(written ? undefined : new Error('the other side has closed the connection')));
  }

  override _final(done: () => void): void {
    this.#connection.output.end();
    done();
  }

  override _destroy(_error: Error | null, done: (error: Error | null) => void): void {
    this.#connection.close();
    done(null);
  }
}

/**
 * Ends the TLS of a connection to a server: what comes out carries the plain bytes, and the client's certificate if it
 * showed one. Undefined when the client was turned away. Between simulated programs TLS is said, not spoken: their
 * connections pass as they are.
 */
export async function acceptTls(connection: Connection, tls: Tls): Promise<Connection | undefined> {
  if (connection.tls) return connection;
  const first = await connection.input.read();
  if (first) connection.input.unread(first);
  if (first?.[0] !== HANDSHAKE) {
    if (first) await connection.output.write(Buffer.from(NOT_TLS));
    connection.close();
    return undefined;
  }
  const identity = await tls();
  if (!identity) {
    connection.close();
    return undefined;
  }
  return new Promise((resolve) => {
    const socket = new TLSSocket(
      new PipeDuplex(connection) as never,
      {
        isServer: true,
        cert: identity.cert,
        key: identity.key,
        ...(identity.clientCa === undefined ? {} : { ca: identity.clientCa, requestCert: true }),
        rejectUnauthorized: false,
        ALPNProtocols: ['http/1.1'],
      } as ConstructorParameters<typeof TLSSocket>[1],
    );
    const fail = () => {
      socket.destroy();
      resolve(undefined);
    };
    socket.on('error', fail);
    socket.once('close', () => resolve(undefined));
    socket.once('secure', () => {
      if (identity.clientRequired && !isOf(socket, identity.clientCa)) return fail();
      resolve(plainSide(connection, socket));
    });
  });
}

/** Whether the client's certificate was issued by this authority. */
function isOf(socket: TLSSocket, authority = ''): boolean {
  const shown = socket.getPeerX509Certificate();
  if (!shown) return false;
  const ca = new X509Certificate(authority);
  return shown.checkIssued(ca) && shown.verify(ca.publicKey);
}

function plainSide(connection: Connection, socket: TLSSocket): Connection {
  const input = new BytePipe();
  const output = new BytePipe();
  socket.on('data', (data: Buffer) => {
    socket.pause();
    void input.write(data).then((taken) => (taken ? socket.resume() : socket.destroy()));
  });
  socket.once('end', () => input.end());
  socket.once('close', () => {
    input.end();
    output.abandon();
  });
  void (async () => {
    for (let chunk = await output.read(); chunk; chunk = await output.read()) {
      const data = chunk;
      await new Promise<void>((done) => socket.write(data, () => done()));
    }
    socket.end();
  })();
  const certificate = socket.getPeerCertificate();
  return {
    input,
    output,
    local: connection.local,
    remote: connection.remote,
    ...(certificate?.raw ? { clientCertificate: new Uint8Array(certificate.raw) } : {}),
    close: () => output.end(),
  };
}
