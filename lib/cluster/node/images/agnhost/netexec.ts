import { isNetError } from '../../../network/net-error.ts';
import type { HttpRequest, HttpResponse } from '../../../network/stack.ts';
import { emptyPipe } from '../../../network/byte-pipe.ts';
import { fetchUrl } from '../../runtime/programs/fetch-url.ts';
import { resolve } from '../../runtime/programs/names.ts';
import { shellProgram } from '../../runtime/programs/sh.ts';
import type { Process, Program } from '../../runtime/process.ts';
import { capture } from '../../runtime/shell/io.ts';
import { askDatagram, duration, Flags, log, pairFrom, serve, serveDatagrams } from './subcommand.ts';

/** How long a server waits for whom it dials. */
const DIAL_MS = 5_000;

const KNOWN_PATHS = new Set(['/clientip', '/healthz', '/hostname', '/redirect', '/shutdown', '/upload']);

/** `agnhost netexec`: HTTP, UDP and SCTP servers that tell names and addresses, echo, dial others and run commands. */
export const netexec: Program = async (p, args) => {
  const flags = new Flags(args);
  const port = flags.number('http-port', 8080);
  const udpPort = flags.number('udp-port', 8081);
  const sctpPort = flags.number('sctp-port', -1);
  const override = flags.text('http-override');
  const answer = (text: string, client: { ip: string; port: number }) => {
    const asked = text.trim().toLowerCase();
    if (asked === 'hostname') return p.world.hostname;
    if (asked.startsWith('echo ')) return asked.slice(5);
    return asked === 'clientip' ? `${client.ip}:${client.port}` : undefined;
  };
  try {
    for (const address of udpPort === -1 ? [] : flags.text('udp-listen-addresses').split(','))
      serveDatagrams(p, { port: udpPort, ...(address ? { address } : {}) }, answer);
    if (sctpPort !== -1) serveDatagrams(p, { port: sctpPort, protocol: 'SCTP' }, answer);
  } catch (err) {
    if (!isNetError(err)) throw err;
    log(p, `Error occurred: failed to create listener: ${err.message.toLowerCase()}`);
    return 1;
  }
  log(p, `Started HTTP server on port ${port}`);
  if (udpPort !== -1) log(p, `Started UDP server on port  ${udpPort}`);
  const handler = (request: HttpRequest) =>
    route(p, override ? { ...request, method: 'GET', target: override } : request);
  const cert = flags.text('tls-cert-file');
  const tls = cert === '' ? undefined : pairFrom(p, cert, flags.text('tls-private-key-file'));
  return serve(p, port, handler, tls) ? p.forever() : 1;
};

async function route(p: Process, request: HttpRequest): Promise<HttpResponse> {
  const url = new URL(request.target, 'http://localhost');
  const form = url.searchParams;
  if (request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded'))
    for (const [k, v] of new URLSearchParams(Buffer.from(request.body).toString('utf8'))) form.append(k, v);
  const value = (name: string) => form.get(name) ?? '';
  log(p, said(url.pathname, value));
  switch (url.pathname.toLowerCase()) {
    case '/clientip':
      return { status: 200, body: `${request.remote.ip}:${request.remote.port}` };
    case '/dial':
      return dial(p, value);
    case '/echo':
      return { status: Number(value('code') || 200), body: value('msg') };
    case '/exit':
      return leave(p, value);
    case '/healthz':
      return { status: 200, body: '' };
    case '/hostname':
      return { status: 200, body: p.world.hostname };
    case '/redirect':
      return { status: Number(value('code') || 302), body: '', headers: { Location: value('location') } };
    case '/shell':
      return shell(p, value('shellCommand') || value('cmd'));
    case '/shutdown':
      p.end({ code: 0 });
      return { status: 200, body: '' };
    default:
      return { status: 200, body: `NOW: ${new Date(p.world.clock.now()).toISOString()}` };
  }
}

/** What it logs of a request: its path with the parameters that its handler looks at. */
function said(path: string, value: (name: string) => string): string {
  const looked: Record<string, readonly string[]> = {
    '/dial': ['host', 'protocol', 'port', 'request', 'tries'],
    '/echo': ['msg', 'code'],
    '/exit': ['code', 'timeout', 'wait'],
  };
  const names = looked[path];
  if (path === '/shell') return `GET /shell?cmd=${value('shellCommand') || value('cmd')}`;
  if (!names && !KNOWN_PATHS.has(path.toLowerCase())) return 'GET /';
  return `GET ${path}${names ? `?${names.map((name) => `${name}=${value(name)}`).join('&')}` : ''}`;
}

async function leave(p: Process, value: (name: string) => string): Promise<HttpResponse> {
  const [timeout, wait] = [duration(value('timeout') || '0'), duration(value('wait') || '0')];
  const code = Number(value('code') || 0);
  for (const [name, given] of Object.entries({ timeout, wait })) {
    if (given === undefined)
      return {
        status: 200,
        body: `argument '${name}' must be a valid golang duration or empty, got ${JSON.stringify(value(name))}\n`,
      };
  }
  await p.sleep(wait ?? 0);
  if (timeout === 0) p.end({ code });
  else p.world.clock.after(0, () => p.end({ code }));
  return { status: 200, body: '' };
}

async function dial(p: Process, value: (name: string) => string): Promise<HttpResponse> {
  const protocol = (value('protocol') || 'http').toLowerCase();
  const request = value('request');
  const tries = Number(value('tries') || 1);
  if (!Number.isInteger(tries)) return { status: 400, body: 'tries parameter is invalid.\n' };
  if (!request) return { status: 400, body: 'request parameter not specified. <nil>\n' };
  if (!['http', 'udp', 'sctp'].includes(protocol)) return { status: 400, body: `unsupported protocol. ${protocol}\n` };
  let ip: string;
  try {
    ip = await resolve(p, value('host').replace(/^\[|\]$/g, ''));
  } catch {
    return { status: 400, body: `host and/or port param are invalid. lookup ${value('host')}: no such host\n` };
  }
  const port = Number(value('port'));
  const responses: string[] = [];
  const errors: string[] = [];
  for (let i = 0; i < tries; i++) {
    try {
      const text =
        protocol === 'http'
          ? await get(p, ip, port, `/${request}`)
          : await askDatagram(p, { ip, port, protocol: protocol === 'udp' ? 'UDP' : 'SCTP' }, request, DIAL_MS);
      if (text === undefined) errors.push(`reading from ${protocol} connection failed. err:'i/o timeout'`);
      else responses.push(text);
    } catch (err) {
      if (!isNetError(err)) throw err;
      errors.push(`dial ${protocol} ${ip}:${port}: ${err.message.toLowerCase()}`);
    }
  }
  const output = { ...(responses.length ? { responses } : {}), ...(errors.length ? { errors } : {}) };
  return { status: 200, body: JSON.stringify(output) };
}

async function get(p: Process, host: string, port: number, target: string): Promise<string> {
  const url = { scheme: 'http', host, port, target };
  const { body } = await fetchUrl(p, url, { method: 'GET', headers: {}, timeoutMs: DIAL_MS, address: host });
  return Buffer.from(body).toString('utf8');
}

async function shell(p: Process, command: string): Promise<HttpResponse> {
  const { output, text } = capture(p.memory);
  const argv = ['/bin/sh', '-c', command];
  const child = p.spawn(shellProgram(false), { argv, stdin: emptyPipe(), stdout: output, stderr: output });
  const { code } = await child.exited;
  const said = text();
  return {
    status: 200,
    body: JSON.stringify({ ...(code ? { error: `exit status ${code}` } : {}), ...(said ? { output: said } : {}) }),
  };
}
