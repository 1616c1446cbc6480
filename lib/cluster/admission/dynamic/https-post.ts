import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { connect as tlsConnect, type TLSSocket } from 'node:tls';
import type { ByteDuplex } from '../../machinery/kubelet-api.ts';

/** Where a review is sent, and whom the answer is taken from. */
export interface HttpsTarget {
  /** The name that the server's certificate must be for. */
  serverName: string;
  port: number;
  path: string;
  /** PEM; the system's authorities unless given. */
  authority: string | undefined;
}

export interface HttpsAnswer {
  status: number;
  body: Buffer;
}

const UNVERIFIED = 'tls: failed to verify certificate: x509: ';
const UNKNOWN_AUTHORITY = `${UNVERIFIED}certificate signed by unknown authority`;

/** What Go says of a handshake that failed. */
function handshakeError(err: Error & { code?: string; cert?: { subjectaltname?: string } }, name: string): Error {
  switch (err.code) {
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'CERT_SIGNATURE_FAILURE':
      return new Error(UNKNOWN_AUTHORITY);
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return new Error(`${UNVERIFIED}certificate has expired or is not yet valid`);
    case 'ERR_TLS_CERT_ALTNAME_INVALID': {
      const names = (err.cert?.subjectaltname ?? '').split(', ').map((n) => n.replace(/^(DNS|IP Address):/, ''));
      const valid = names.filter(Boolean);
      return new Error(
        valid.length
          ? `${UNVERIFIED}certificate is valid for ${valid.join(', ')}, not ${name}`
          : `${UNVERIFIED}certificate is not valid for any names, but wanted to match ${name}`,
      );
    }
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
    case 'EPROTO':
      return new Error('http: server gave HTTP response to HTTPS client');
    case 'ECONNRESET':
      return new Error('EOF');
    default:
      return err;
  }
}

function handshake(connection: ByteDuplex, { serverName, authority }: HttpsTarget): Promise<TLSSocket> {
  const raw = Duplex.fromWeb(connection as unknown as Parameters<typeof Duplex.fromWeb>[0]);
  return new Promise((done, fail) => {
    const socket = tlsConnect({
      socket: raw,
      servername: serverName,
      ALPNProtocols: ['http/1.1'],
      ...(authority === undefined ? {} : { ca: authority }),
    });
    socket.once('secureConnect', () => done(socket));
    const broken = (err: Error) => {
      socket.destroy();
      fail(handshakeError(err, serverName));
    };
    socket.on('error', broken);
    raw.on('error', broken);
  });
}

/** Sends JSON over TLS on a connection that is there already; rejects with what a Go client says. */
export async function postHttps(connection: ByteDuplex, target: HttpsTarget, json: string): Promise<HttpsAnswer> {
  const socket = await handshake(connection, target);
  try {
    const incoming = await new Promise<IncomingMessage>((done, fail) => {
      const outgoing = httpRequest(
        {
          createConnection: () => socket,
          method: 'POST',
          path: target.path,
          headers: {
            host: `${target.serverName}:${target.port}`,
            'user-agent': 'kube-apiserver-admission',
            'content-type': 'application/json',
            accept: 'application/json, */*',
            'content-length': Buffer.byteLength(json),
            connection: 'close',
          },
        },
        done,
      );
      outgoing.once('error', fail);
      outgoing.end(json);
    });
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    return { status: incoming.statusCode ?? 0, body: Buffer.concat(chunks) };
  } finally {
    socket.destroy();
  }
}
