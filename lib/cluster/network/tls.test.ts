import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { ManualClock } from '../../kit/clock.ts';
import { seededRandom } from '../../kit/random.ts';
import { CertificateAuthority, generatePrivateKey } from '../access/certificate-authority.ts';
import { readableOf, writableOf } from './byte-pipe.ts';
import { httpRequest } from './http-client.ts';
import { serveHttp } from './http-server.ts';
import { createNetwork } from './network.ts';

const clock = new ManualClock(Date.now());
const random = seededRandom(1);
const network = createNetwork({ clock, random });
const server = network.addHost('server', '172.30.1.2');
const client = network.addHost('client', '172.30.1.3');
const validity = { notBefore: clock.now() - 60_000, notAfter: clock.now() + 3_600_000 };
const authority = await CertificateAuthority.create('ca', await generatePrivateKey(), validity, random);
const pair = await authority.issue({ commonName: 'someone' }, await generatePrivateKey(), validity);

serveHttp(server, {
  port: 10_250,
  tls: () => ({ ...pair, clientCa: authority.pair.cert }),
  handler: ({ clientCertificate, body }) => ({
    status: 200,
    body: `${clientCertificate ? 'known' : 'unknown'} ${Buffer.from(body).toString()}`,
  }),
});
serveHttp(server, {
  port: 2379,
  tls: () => ({ ...pair, clientCa: authority.pair.cert, clientRequired: true }),
  handler: () => ({ status: 200, body: 'entered' }),
});

/** What a real TLS client gets for a request. */
async function ask(port: number, request: string, options: object = {}): Promise<string> {
  const { input, output } = await client.dial(server.ip, port);
  const socket = Duplex.fromWeb({ readable: readableOf(input), writable: writableOf(output) } as never);
  const secure = connect({ socket, ca: authority.pair.cert, checkServerIdentity: () => undefined, ...options });
  secure.on('error', () => secure.destroy());
  secure.end(request);
  const parts: Buffer[] = [];
  await new Promise((done) => secure.on('data', (data: Buffer) => parts.push(data)).once('close', done));
  return Buffer.concat(parts).toString();
}

test('a real handshake ends at the server, which learns whose certificate it saw', async () => {
  const post = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi';
  expect(await ask(10_250, post)).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*\r\n\r\nunknown hi$/);
  expect(await ask(10_250, post, pair)).toMatch(/known hi$/);
});

test('who must show a certificate and does not is turned away', async () => {
  const get = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
  expect(await ask(2379, get)).toBe('');
  expect(await ask(2379, get, pair)).toMatch(/entered$/);
});

test('plain HTTP is told so; a simulated client that says TLS is understood', async () => {
  const get = { method: 'GET', target: '/', headers: { Host: 'a', Connection: 'close' } };
  const plain = await httpRequest(await client.dial(server.ip, 10_250), get);
  expect([plain.status, Buffer.from(plain.body).toString()]).toEqual([
    400,
    'Client sent an HTTP request to an HTTPS server.\n',
  ]);
  const said = await httpRequest(await client.dial(server.ip, 10_250, { tls: true }), get);
  expect(Buffer.from(said.body).toString()).toBe('unknown ');
});
