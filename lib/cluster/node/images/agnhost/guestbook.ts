import type { HttpRequest, HttpResponse } from '../../../network/stack.ts';
import { HttpError } from '../../../network/http-client.ts';
import { isNetError } from '../../../network/net-error.ts';
import { fetchUrl } from '../../runtime/programs/fetch-url.ts';
import type { Process, Program } from '../../runtime/process.ts';
import { Flags, log, serve } from './subcommand.ts';

const DIAL_MS = 5_000;
const REGISTER_MS = 15_000;
const AGAIN_MS = 1_000;

/** `agnhost guestbook`: a store that replicas subscribe to, and a front end that asks `agnhost-primary` and `agnhost-replica`. */
export const guestbook: Program = (p, args) => {
  const flags = new Flags(args);
  const backend = flags.number('backend-port', 6379);
  const store = new Map<string, string>();
  const replicas: string[] = [];
  const primary = flags.text('replicaof');
  if (primary) void register(p, primary, backend, store);

  const handler = async ({ target }: HttpRequest): Promise<HttpResponse> => {
    const { pathname, searchParams } = new URL(target, 'http://localhost');
    const value = (name: string) => searchParams.get(name) ?? '';
    log(p, `GET ${target}`);
    if (pathname === '/register') {
      replicas.push(value('host'));
      return { status: 200, body: JSON.stringify({ data: Object.fromEntries(store) }) };
    }
    if (pathname === '/get') {
      const key = value('key');
      return { status: 200, body: JSON.stringify({ data: key ? (store.get(key) ?? '') : Object.fromEntries(store) }) };
    }
    if (pathname !== '/set' && pathname !== '/guestbook') return { status: 404, body: '404 page not found\n' };
    const command = pathname === '/set' ? 'set' : value('cmd').toLowerCase();
    if (command !== 'get' && command !== 'set') return { status: 400, body: `unsupported cmd: '${command}'\n` };
    if (command === 'set' && !value('key')) return { status: 400, body: 'cannot set with empty key.\n' };
    const request = `/${command}?key=${value('key')}&value=${value('value')}`;
    try {
      if (pathname === '/guestbook') {
        const host = command === 'get' ? 'agnhost-replica' : 'agnhost-primary';
        return { status: 200, body: await ask(p, host, backend, request) };
      }
      store.set(value('key'), value('value'));
      for (const replica of replicas) await ask(p, replica, backend, request);
      return { status: 200, body: JSON.stringify({ message: 'Updated' }) };
    } catch (err) {
      if (!isNetError(err) && !(err instanceof HttpError)) throw err;
      return { status: 417, body: `encountered error: ${err.message}\n` };
    }
  };
  return serve(p, flags.number('http-port', 80), handler) ? p.forever() : 1;
};

async function register(p: Process, primary: string, port: number, store: Map<string, string>): Promise<void> {
  const until = p.world.clock.now() + REGISTER_MS;
  while (p.alive && p.world.clock.now() < until) {
    try {
      const { data } = JSON.parse(await ask(p, primary, port, `/register?host=${p.world.net.ip}`)) as {
        data: Record<string, string>;
      };
      for (const [key, value] of Object.entries(data)) store.set(key, value);
      log(p, `Registered to node: ${primary}`);
      return;
    } catch (err) {
      if (!p.alive) return;
      log(p, `encountered error while registering to primary: ${String(err)}. Retrying in 1s.`);
      await new Promise<void>((done) => p.world.clock.after(AGAIN_MS, done));
    }
  }
  log(p, 'Timed out while registering to primary.');
  p.end({ code: 1 });
}

async function ask(p: Process, host: string, port: number, target: string): Promise<string> {
  const url = { scheme: 'http', host, port, target };
  const { body } = await fetchUrl(p, url, { method: 'GET', headers: {}, timeoutMs: DIAL_MS });
  return Buffer.from(body).toString('utf8');
}
