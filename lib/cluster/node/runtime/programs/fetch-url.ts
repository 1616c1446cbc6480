import { httpRequest, type HttpAnswer } from '../../../network/http-client.ts';
import { NetError } from '../../../network/net-error.ts';
import type { Process } from '../process.ts';
import { resolve } from './names.ts';

interface Url {
  scheme: string;
  host: string;
  port: number;
  target: string;
  auth?: string;
}

export function parseUrl(text: string): Url {
  const [, scheme = 'http', auth, host = '', port, target] =
    /^(?:(\w+):\/\/)?(?:([^@/]*)@)?([^/:?]+)(?::(\d+))?(.*)$/.exec(text) ?? [];
  const path = target === '' || target === undefined ? '/' : target.startsWith('?') ? `/${target}` : target;
  return {
    scheme,
    host,
    port: port ? Number(port) : scheme === 'https' ? 443 : 80,
    target: path,
    ...(auth ? { auth } : {}),
  };
}

/** The server was reached, but has not answered in time. */
export class LateAnswer extends NetError {
  constructor() {
    super('ETIMEDOUT');
  }
}

/** One HTTP exchange, on a connection of its own. Rejects with a NetError or HttpError. */
export async function fetchUrl(
  p: Process,
  url: Url,
  request: { method: string; headers: Record<string, string>; body?: Uint8Array; timeoutMs?: number; address?: string },
): Promise<HttpAnswer> {
  const address = request.address ?? (await resolve(p, url.host));
  const started = p.world.clock.now();
  const connection = await p.wait(
    p.world.net.dial(address, url.port, {
      signal: p.signal,
      tls: url.scheme === 'https',
      ...(request.timeoutMs === undefined ? {} : { timeoutMs: request.timeoutMs }),
    }),
  );
  const headers = {
    Host: url.port === 80 || url.port === 443 ? url.host : `${url.host}:${url.port}`,
    ...request.headers,
    Connection: 'close',
  };
  try {
    const answer = httpRequest(connection, { method: request.method, target: url.target, headers, body: request.body });
    if (request.timeoutMs === undefined) return await p.wait(answer);
    const left = request.timeoutMs - (p.world.clock.now() - started);
    return await p.wait(Promise.race([answer, late(p, left)]));
  } finally {
    connection.close();
  }
}

function late(p: Process, ms: number): Promise<never> {
  return new Promise((_, reject) => p.world.clock.after(ms, () => reject(new LateAnswer())));
}
