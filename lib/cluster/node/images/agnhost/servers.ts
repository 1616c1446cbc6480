import type { HttpRequest, HttpResponse } from '../../../network/stack.ts';
import { listen } from '../../runtime/programs/listen.ts';
import { serveFile } from '../../runtime/programs/web-server.ts';
import type { Process, Program } from '../../runtime/process.ts';
import { Flags, log, pairFrom, serve, serveDatagrams } from './subcommand.ts';

/** How long `serve-hostname` goes on after SIGTERM. */
const LINGER_MS = 60_000;
/** How long `liveness` is well. */
const HEALTHY_MS = 10_000;

export const pause: Program = async (p) => {
  for (const signal of ['TERM', 'INT'] as const) p.on(signal, () => p.end({ code: 0 }));
  await p.print('Paused\n');
  return p.forever();
};

/** `agnhost serve-hostname`: its name, by HTTP unless `--tcp` or `--udp`. */
export const serveHostname: Program = (p, args) => {
  const flags = new Flags(args, ['tcp', 'udp', 'http', 'close']);
  const port = flags.number('port', 9376);
  const { hostname } = p.world;
  const raw = flags.has('tcp') || flags.has('udp');
  if (raw && flags.text('http', 'true') === 'true') {
    log(p, "Can't server TCP/UDP mode and HTTP mode at the same time");
    return 1;
  }
  if (flags.has('tcp')) serveOnce(p, port, hostname);
  if (flags.has('udp')) serveDatagrams(p, { port }, () => hostname);
  const handler = ({ remote }: HttpRequest): HttpResponse => {
    log(p, `HTTP request from ${remote.ip}:${remote.port}`);
    return { status: 200, body: hostname, headers: flags.has('close') ? { Connection: 'close' } : {} };
  };
  if (!raw && !serve(p, port, handler)) return 1;
  log(p, `Serving on port ${port}.`);
  p.on('TERM', () => {
    log(p, 'Shutting down after receiving signal: terminated.');
    log(p, 'Awaiting pod deletion.');
    p.world.clock.after(LINGER_MS, () => p.end({ code: 0 }));
  });
  return p.forever();
};

/** Says `text` to whoever connects, and hangs up. */
function serveOnce(p: Process, port: number, text: string): void {
  listen(p, {
    port,
    accept: (connection) => {
      void connection.output.write(Buffer.from(text)).then(() => connection.output.end());
    },
  });
}

/** What Go takes a text for that has no type of its own. */
const contentType = (text: string) =>
  /^\s*<(?:!doctype html|html|head|body|a|h1|div|p|br)[ >]/i.test(text)
    ? 'text/html; charset=utf-8'
    : 'text/plain; charset=utf-8';

/** `agnhost porter`: a server for each `SERVE_PORT_80=text` of its environment. */
export const porter: Program = (p, args) => {
  const json = new Flags(args, ['json-response']).has('json-response');
  for (const [key, value] of p.env) {
    const [, kind, number] = /^SERVE_(?:(TCP|UDP|TLS|SCTP)_)?PORT_(\d+)$/.exec(key) ?? [];
    if (number === undefined) continue;
    const port = Number(number);
    if (kind === 'UDP' || kind === 'SCTP') serveDatagrams(p, { port, protocol: kind }, () => value);
    else {
      const handler = ({ method }: HttpRequest): HttpResponse =>
        json
          ? {
              status: 200,
              body: JSON.stringify({ Method: method, Body: value }),
              headers: { 'Content-Type': 'application/json' },
            }
          : { status: 200, body: value, headers: { 'Content-Type': contentType(value) } };
      serve(p, port, handler, kind === 'TLS' ? pairFrom(p, '/localhost.crt', '/localhost.key') : undefined);
    }
  }
  return p.forever();
};

/** `agnhost liveness`: well for ten seconds. */
export const liveness: Program = (p) => {
  const seconds = () => (p.world.clock.now() - p.startedAt) / 1000;
  const handler = ({ target }: HttpRequest): HttpResponse => {
    const { pathname, searchParams } = new URL(target, 'http://localhost');
    switch (pathname) {
      case '/started':
        return { status: 200, body: `${seconds()}s` };
      case '/healthz':
        return seconds() * 1000 > HEALTHY_MS
          ? { status: 500, body: `error: ${seconds()}` }
          : { status: 200, body: 'ok' };
      case '/redirect':
        return { status: 302, body: '', headers: { Location: searchParams.get('loc') ?? '' } };
      default:
        return { status: 404, body: '404 page not found\n' };
    }
  };
  return serve(p, 8080, handler) ? p.forever() : 1;
};

/** A folder as Go's file server lists it. */
function listing(p: Process, path: string): HttpResponse {
  const names = p.fs.readdir(path).map((name) => (p.fs.isDirectory(`${path}${name}`) ? `${name}/` : name));
  const links = names.map((name) => `<a href="${encodeURI(name)}">${name}</a>\n`);
  return {
    status: 200,
    headers: { 'Content-Type': 'text/html; charset=utf-8' },
    body: `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${links.join('')}</pre>\n`,
  };
}

/** `agnhost test-webserver`: the container's files. */
export const testWebserver: Program = (p, args) => {
  const handler = (request: HttpRequest): HttpResponse => {
    const answer = serveFile(p, '', request);
    const [path = '/'] = request.target.split('?');
    if (answer.status === 403 && path.endsWith('/') && p.fs.isDirectory(path)) return listing(p, path);
    return answer.status === 404 ? { status: 404, body: '404 page not found\n' } : answer;
  };
  return serve(p, new Flags(args).number('port', 80), handler) ? p.forever() : 1;
};

/** `agnhost grpc-health-checking`: a gRPC server, and an HTTP server that may make it unwell. */
export const grpcHealthChecking: Program = (p, args) => {
  const flags = new Flags(args);
  const port = flags.number('port', 5000);
  const listener = p.world.net.listen({ port, accept: (connection) => connection.close() });
  const stop = () => listener.close();
  p.signal.addEventListener('abort', stop);
  const unwell = flags.number('delay-unhealthy-sec', -1);
  if (unwell >= 0) p.world.clock.after(unwell * 1000, stop);
  const handler = ({ target }: HttpRequest): HttpResponse => {
    if (target.startsWith('/make-not-serving')) stop();
    return { status: 200, body: '' };
  };
  return serve(p, flags.number('http-port', 8080), handler) ? p.forever() : 1;
};

/** `agnhost nettest`: counts what it is sent, by sender. */
export const nettest: Program = (p, args) => {
  const received: Record<string, number> = {};
  const handler = ({ target, body }: HttpRequest): HttpResponse => {
    const { pathname } = new URL(target, 'http://localhost');
    if (pathname === '/quit') p.end({ code: 0 });
    if (pathname === '/write') {
      const { Source: source = '' } = JSON.parse(Buffer.from(body).toString('utf8') || '{}') as { Source?: string };
      received[source] = (received[source] ?? 0) + 1;
      return { status: 200, body: JSON.stringify({ Hostname: p.world.hostname }) };
    }
    const state = { Hostname: p.world.hostname, Sent: {}, Received: received, Errors: null, Log: null };
    return { status: 200, body: pathname === '/read' ? JSON.stringify(state) : 'running' };
  };
  return serve(p, new Flags(args).number('port', 8080), handler) ? p.forever() : 1;
};
