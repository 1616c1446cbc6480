import { connect, type ClientHttp2Session } from 'node:http2';
import type { Cluster } from '../../lib/cluster/index.ts';
import { adminTls } from './cluster-ready.ts';

/** What Go's clients allow a server to send ahead. */
const WINDOW = 4 * 1024 * 1024;

export interface Order {
  method?: string;
  path: string;
  accept?: string;
  body?: object;
  /** Each part of the answer as it comes. */
  onData?: (part: Buffer) => void;
}

/** A cluster's API over TLS and HTTP/2, as its administrator. */
export interface ApiClient {
  /** Resolves with the answer's length when it has ended. */
  send(order: Order): Promise<number>;
  close(): Promise<void>;
}

export async function apiClient(cluster: Cluster): Promise<ApiClient> {
  const listening = await cluster.listen({ port: 0 });
  const options = { ...adminTls(cluster, listening.url), settings: { initialWindowSize: WINDOW } };
  const session = connect(listening.url, options);
  await new Promise<void>((done, fail) => {
    session.once('connect', () => done());
    session.once('error', fail);
  });
  session.setLocalWindowSize(WINDOW);
  session.setMaxListeners(0);
  return {
    send: (order) => send(session, order),
    async close() {
      session.destroy();
      await listening.close();
    },
  };
}

function send(session: ClientHttp2Session, { method = 'GET', path, accept, body, onData }: Order): Promise<number> {
  return new Promise((done, fail) => {
    const stream = session.request({
      ':method': method,
      ':path': path,
      'content-type': 'application/json',
      ...(accept ? { accept } : {}),
    });
    let length = 0;
    stream.on('response', (headers) => {
      const status = Number(headers[':status']);
      if (status >= 300) fail(new Error(`${method} ${path} answered ${status}`));
    });
    stream.on('data', (part: Buffer) => {
      length += part.length;
      onData?.(part);
    });
    stream.on('error', fail);
    stream.on('end', () => done(length));
    stream.end(body ? JSON.stringify(body) : undefined);
  });
}
