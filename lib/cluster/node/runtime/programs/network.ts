import { httpRequest, HttpError, type HttpAnswer } from '../../../network/http-client.ts';
import { isNetError, NetError } from '../../../network/net-error.ts';
import { candidates, parseResolvConf, query, resolveHost } from '../../../network/resolver.ts';
import type { Connection } from '../../../network/stack.ts';
import { joinPath } from '../fs/file-system.ts';
import type { Process, Program } from '../process.ts';
import { options } from './options.ts';
import { listen } from './listen.ts';

const readFile = (p: Process) => (path: string) => {
  try {
    return p.fs.readText(path);
  } catch {
    return undefined;
  }
};

export const resolve = (p: Process, host: string): Promise<string> =>
  p.wait(resolveHost(p.world.net, host, readFile(p), p.signal));

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
  return new Promise((_, reject) => p.world.clock.after(ms, () => reject(new NetError('ETIMEDOUT'))));
}

export const wget: Program = async (p, args) => {
  const { flags, values, operands } = options(args, 'OTUYt');
  const quiet = flags.has('q');
  const timeoutMs = Number(values.get('T') ?? values.get('timeout') ?? 900) * 1000;
  const say = (text: string) => (quiet ? Promise.resolve(true) : p.warn(text));
  let target = operands[0] ?? '';
  for (let hops = 0; hops < 5; hops++) {
    const url = parseUrl(target);
    let address: string;
    try {
      address = await resolve(p, url.host);
    } catch (err) {
      if (!isNetError(err)) throw err;
      await p.warn(
        `wget: bad address '${url.host}${/:\d+/.test(target.replace(/^\w+:\/\//, '')) ? `:${url.port}` : ''}'\n`,
      );
      return 1;
    }
    await say(`Connecting to ${url.host}${url.port === 80 ? '' : `:${url.port}`} (${address}:${url.port})\n`);
    let answer: HttpAnswer;
    try {
      const extra = [...values]
        .filter(([k]) => k === 'header')
        .map(([, v]) => [v.slice(0, v.indexOf(':')), v.slice(v.indexOf(':') + 1).trim()] as const);
      const post = values.get('post-data');
      answer = await fetchUrl(p, url, {
        method: post === undefined ? 'GET' : 'POST',
        headers: { 'User-Agent': 'Wget', ...Object.fromEntries(extra) },
        timeoutMs,
        address,
        ...(post === undefined ? {} : { body: Buffer.from(post) }),
      });
    } catch (err) {
      if (!isNetError(err) && !(err instanceof HttpError)) throw err;
      const text =
        isNetError(err) && err.code === 'ETIMEDOUT'
          ? 'wget: download timed out'
          : `wget: can't connect to remote host (${address}): ${err.message}`;
      await p.warn(`${text}\n`);
      return 1;
    }
    const location = answer.headers.find(([k]) => k.toLowerCase() === 'location')?.[1];
    if (answer.status >= 300 && answer.status < 400 && location) {
      target = location.startsWith('/') ? `${url.scheme}://${url.host}:${url.port}${location}` : location;
      continue;
    }
    if (flags.has('S'))
      await p.warn(
        `  ${answer.version} ${answer.status} ${answer.reason}\n${answer.headers.map(([k, v]) => `  ${k}: ${v}\n`).join('')}`,
      );
    if (answer.status >= 400) {
      await p.warn(`wget: server returned error: ${answer.version} ${answer.status} ${answer.reason}\n`);
      return 1;
    }
    if (flags.has('spider')) return 0;
    const name = values.get('O') ?? (url.target.split('?')[0]?.split('/').at(-1) || 'index.html');
    if (name === '-') {
      await say('writing to stdout\n');
      await p.print(answer.body);
      await say(
        `-                    100% |********************************| ${String(answer.body.length).padStart(5)}  0:00:00 ETA\nwritten to stdout\n`,
      );
      return 0;
    }
    await say(`saving to '${name}'\n`);
    p.fs.writeFile(joinPath(p.cwd, name), answer.body);
    await say(
      `${name.padEnd(20)} 100% |********************************| ${String(answer.body.length).padStart(5)}  0:00:00 ETA\n'${name}' saved\n`,
    );
    return 0;
  }
  await p.warn('wget: too many redirections\n');
  return 1;
};

const CURL_FAULTS: Record<string, number> = {
  ENOTFOUND: 6,
  ECONNREFUSED: 7,
  EHOSTUNREACH: 7,
  ENETUNREACH: 7,
  ETIMEDOUT: 28,
};

export const curl: Program = async (p, args) => {
  const LONG: Record<string, string> = {
    silent: 's',
    'show-error': 'S',
    output: 'o',
    'max-time': 'm',
    header: 'H',
    request: 'X',
    data: 'd',
    head: 'I',
    include: 'i',
    insecure: 'k',
    fail: 'f',
    location: 'L',
    verbose: 'v',
    'write-out': 'w',
    user: 'u',
    'user-agent': 'A',
  };
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const headers: Record<string, string> = { 'User-Agent': 'curl/8.8.0', Accept: '*/*' };
  const urls: string[] = [];
  const take = (letter: string, value: string) => {
    if (letter === 'H') {
      const colon = value.indexOf(':');
      const name = value.slice(0, colon).trim();
      for (const known of Object.keys(headers)) if (known.toLowerCase() === name.toLowerCase()) delete headers[known];
      headers[name] = value.slice(colon + 1).trim();
    } else values.set(letter, value);
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg.startsWith('--')) {
      const [name = ''] = arg.slice(2).split('=');
      const letter = LONG[name] ?? name;
      if (
        'oHXdmwuA'.includes(letter) ||
        [
          'connect-timeout',
          'retry',
          'resolve',
          'cacert',
          'cert',
          'key',
          'data-raw',
          'interface',
          'retry-delay',
          'noproxy',
        ].includes(letter)
      )
        take(letter, arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : (args[++i] ?? ''));
      else flags.add(letter);
    } else if (/^-./.test(arg)) {
      for (let j = 1; j < arg.length; j++) {
        const letter = arg[j] ?? '';
        if ('oHXdmwuAbcreETx'.includes(letter)) {
          take(letter, arg.slice(j + 1) || (args[++i] ?? ''));
          break;
        }
        flags.add(letter);
      }
    } else urls.push(arg);
  }
  const silent = flags.has('s');
  const fail = async (code: number, text: string) => {
    if (!silent || flags.has('S')) await p.warn(`curl: (${code}) ${text}\n`);
    return code;
  };
  if (urls.length === 0) return fail(2, 'no URL specified');
  let status = 0;
  for (const given of urls) status = await one(given);
  return status;

  async function one(given: string): Promise<number> {
    let target = given;
    const started = p.world.clock.now();
    for (let hops = 0; ; hops++) {
      const url = parseUrl(target);
      const timeout = Number(values.get('m') ?? values.get('connect-timeout') ?? 0) * 1000;
      const body = values.get('d') ?? values.get('data-raw');
      const method = values.get('X') ?? (flags.has('I') ? 'HEAD' : body === undefined ? 'GET' : 'POST');
      let answer: HttpAnswer;
      try {
        answer = await fetchUrl(p, url, {
          method,
          headers: {
            ...headers,
            ...(values.has('u')
              ? { Authorization: `Basic ${Buffer.from(values.get('u') ?? '').toString('base64')}` }
              : {}),
            ...(body !== undefined && !('Content-Type' in headers)
              ? { 'Content-Type': 'application/x-www-form-urlencoded' }
              : {}),
          },
          ...(body === undefined ? {} : { body: Buffer.from(body) }),
          ...(timeout ? { timeoutMs: timeout } : {}),
        });
      } catch (err) {
        const ms = p.world.clock.now() - started;
        if (values.has('w')) await p.print(format(values.get('w') ?? '', '000', 0, ms));
        if (err instanceof HttpError) return fail(52, 'Empty reply from server');
        if (!isNetError(err)) throw err;
        const code = CURL_FAULTS[err.code] ?? 7;
        if (code === 6) return fail(6, `Could not resolve host: ${url.host}`);
        if (code === 28)
          return fail(
            28,
            values.has('m')
              ? `Operation timed out after ${ms} milliseconds with 0 bytes received`
              : `Failed to connect to ${url.host} port ${url.port} after ${ms} ms: Timeout was reached`,
          );
        return fail(
          7,
          `Failed to connect to ${url.host} port ${url.port} after ${ms} ms: ${err.code === 'ECONNREFUSED' ? "Couldn't connect to server" : err.message}`,
        );
      }
      const location = answer.headers.find(([k]) => k.toLowerCase() === 'location')?.[1];
      if (flags.has('L') && answer.status >= 300 && answer.status < 400 && location && hops < 20) {
        target = location.startsWith('/') ? `${url.scheme}://${url.host}:${url.port}${location}` : location;
        continue;
      }
      if (flags.has('f') && answer.status >= 400) return fail(22, `The requested URL returned error: ${answer.status}`);
      const head = `${answer.version} ${answer.status} ${answer.reason}\r\n${answer.headers.map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`;
      const out = Buffer.concat([flags.has('i') || flags.has('I') ? Buffer.from(head) : new Uint8Array(), answer.body]);
      const file = values.get('o');
      if (file) p.fs.writeFile(joinPath(p.cwd, file), out);
      else await p.print(out);
      if (values.has('w'))
        await p.print(
          format(values.get('w') ?? '', String(answer.status), answer.body.length, p.world.clock.now() - started),
        );
      return 0;
    }
  }
};

function format(text: string, status: string, size: number, ms: number): string {
  return text
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t')
    .replace(/%\{(\w+)\}/g, (_, name: string) => {
      if (name === 'http_code' || name === 'response_code') return status;
      if (name === 'size_download') return String(size);
      return name.startsWith('time_') ? (ms / 1000).toFixed(6) : '';
    });
}

export const nslookup: Program = async (p, args) => {
  const type = args
    .find((a) => /^-?-?(query)?type=/i.test(a))
    ?.split('=')[1]
    ?.toUpperCase();
  const [name = '', server] = args.filter((a) => !a.startsWith('-'));
  const conf = parseResolvConf(readFile(p)('/etc/resolv.conf') ?? '');
  if (server) conf.servers = [await resolve(p, server)];
  const [first = '127.0.0.1'] = conf.servers;
  await p.print(`Server:\t\t${first}\nAddress:\t${first}:53\n\n`);
  const reverse = /^\d+\.\d+\.\d+\.\d+$/.test(name);
  const asked = reverse ? `${name.split('.').reverse().join('.')}.in-addr.arpa` : name;
  // busybox asks for the name itself, and goes through the search list only for one without a dot.
  const names = reverse || name.includes('.') ? [asked.replace(/\.$/, '')] : candidates(asked, conf);
  const types = reverse ? (['PTR'] as const) : type ? ([type] as ('A' | 'SRV')[]) : (['A', 'AAAA'] as const);
  let found = false;
  let failed: string | undefined;
  for (const candidate of names) {
    for (const t of types) {
      let answer;
      try {
        answer = await p.wait(query(p.world.net, conf, candidate, t, p.signal));
      } catch (err) {
        if (!isNetError(err)) throw err;
        await p.print(`;; connection timed out; no servers could be reached\n\n`);
        return 1;
      }
      if (answer.code === 'NXDOMAIN') failed = `** server can't find ${candidate}: NXDOMAIN\n\n`.repeat(types.length);
      else if (answer.code !== 'NOERROR') failed = `** server can't find ${candidate}: ${answer.code}\n\n`;
      else {
        const lines = answer.answers.map((r) => {
          if (r.type === 'A' || r.type === 'AAAA') return `Name:\t${r.name}\nAddress: ${r.data}\n`;
          if (r.type === 'CNAME' && t === 'AAAA') return '';
          if (r.type === 'CNAME') return `${r.name}\tcanonical name = ${r.data}\n`;
          if (r.type === 'PTR') return `${r.name}\tname = ${r.data}\n`;
          return `${r.name}\tservice = ${r.data}\n`;
        });
        if (!answer.authoritative && lines.length) await p.print('Non-authoritative answer:\n');
        await p.print(`${lines.join('')}\n`);
        if (lines.length) found = true;
        failed = undefined;
      }
      if (failed) break;
    }
    if (found) return 0;
  }
  if (failed) await p.print(failed);
  return failed ? 1 : 0;
};

export const ping: Program = async (p, args) => {
  const { values, operands } = options(args, 'cWwIs');
  const host = operands[0] ?? '';
  let address: string;
  try {
    address = await resolve(p, host);
  } catch {
    await p.warn(`ping: bad address '${host}'\n`);
    return 1;
  }
  const count = Number(values.get('c') ?? Infinity);
  await p.print(`PING ${host} (${address}): 56 data bytes\n`);
  let received = 0;
  let sent = 0;
  const finish = async () => {
    await p.print(
      `\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${received} packets received, ${Math.round((1 - received / Math.max(sent, 1)) * 100)}% packet loss\n`,
    );
    if (received) await p.print('round-trip min/avg/max = 0.061/0.074/0.098 ms\n');
    return received ? 0 : 1;
  };
  for (; sent < count;) {
    if (sent > 0) await p.sleep(1000);
    const reachable = await answersPing(p, address);
    if (reachable) {
      await p.print(`64 bytes from ${address}: seq=${sent} ttl=63 time=0.0${60 + (sent % 30)} ms\n`);
      received++;
    }
    sent++;
  }
  if (!received) await p.sleep(Number(values.get('W') ?? 10) * 1000);
  return finish();
};

/** An address that refuses a connection is there; one that swallows it is not. */
async function answersPing(p: Process, address: string): Promise<boolean> {
  try {
    (await p.wait(p.world.net.dial(address, 7, { timeoutMs: 1 }))).close();
    return true;
  } catch (err) {
    return isNetError(err) && err.code === 'ECONNREFUSED';
  }
}

export const nc: Program = async (p, args) => {
  const { flags, values, operands } = options(args, 'wpes');
  if (flags.has('l')) return ncListen(p, Number(values.get('p') ?? operands.at(-1) ?? 0), flags);
  const [host = '', port = ''] = operands;
  let connection: Connection;
  const address = await resolve(p, host).catch(() => undefined);
  if (!address) {
    await p.warn(`nc: bad address '${host}'\n`);
    return 1;
  }
  try {
    connection = await p.wait(
      p.world.net.dial(address, Number(port), {
        protocol: flags.has('u') ? 'UDP' : 'TCP',
        signal: p.signal,
        ...(values.has('w') ? { timeoutMs: Number(values.get('w')) * 1000 } : {}),
      }),
    );
  } catch (err) {
    if (!isNetError(err)) throw err;
    if (flags.has('v') || !flags.has('z'))
      await p.warn(
        `nc: ${err.code === 'ETIMEDOUT' && values.has('w') ? 'timed out' : `${host} (${address}:${port}): ${err.message}`}\n`,
      );
    return 1;
  }
  if (flags.has('v')) await p.warn(`${host} (${address}:${port}) open\n`);
  if (flags.has('z')) {
    connection.close();
    return 0;
  }
  return relay(p, connection);
};

async function relay(p: Process, connection: Connection): Promise<number> {
  void (async () => {
    for (let chunk = await p.stdin.read(); chunk; chunk = await p.stdin.read()) await connection.output.write(chunk);
    connection.output.end();
  })();
  for (let chunk = await p.wait(connection.input.read()); chunk; chunk = await p.wait(connection.input.read()))
    await p.print(chunk);
  connection.close();
  return 0;
}

async function ncListen(p: Process, port: number, flags: ReadonlySet<string>): Promise<number> {
  const waiting: Connection[] = [];
  let arrived: (() => void) | undefined;
  try {
    listen(p, {
      port,
      protocol: flags.has('u') ? 'UDP' : 'TCP',
      accept: (connection) => {
        waiting.push(connection);
        arrived?.();
      },
    });
  } catch {
    await p.warn('nc: bind: Address in use\n');
    return 1;
  }
  for (;;) {
    while (waiting.length === 0) await p.wait(new Promise<void>((done) => (arrived = done)));
    const connection = waiting.shift();
    if (!connection) continue;
    const status = await relay(p, connection);
    if (!flags.has('k')) return status;
  }
}

export const ip: Program = async (p, args) => {
  const { net } = p.world;
  const what = args.find((a) => !a.startsWith('-')) ?? 'addr';
  if ('address'.startsWith(what)) {
    await p.print(
      `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n` +
        `2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP qlen 1000\n    link/ether ${mac(net.ip)} brd ff:ff:ff:ff:ff:ff\n    inet ${net.ip}/24 brd ${net.ip.replace(/\d+$/, '255')} scope global eth0\n       valid_lft forever preferred_lft forever\n`,
    );
  } else if ('route'.startsWith(what)) {
    const gateway = net.ip.replace(/\d+$/, '1');
    await p.print(
      `default via ${gateway} dev eth0\n${net.ip.replace(/\d+$/, '0')}/24 dev eth0 scope link  src ${net.ip}\n`,
    );
  } else if ('link'.startsWith(what)) {
    await p.print(
      `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP qlen 1000\n    link/ether ${mac(net.ip)} brd ff:ff:ff:ff:ff:ff\n`,
    );
  } else {
    await p.warn(`ip: unknown object ${JSON.stringify(what)}\n`);
    return 1;
  }
  return 0;
};

function mac(ip: string): string {
  return ['02', '42', ...ip.split('.').map((n) => Number(n).toString(16).padStart(2, '0'))].join(':');
}

export const netstat: Program = async (p) => {
  const rows = p.world.net
    .listening()
    .map(
      (l) =>
        `${l.protocol.toLowerCase().padEnd(5)}      0      0 ${`${l.address}:${l.port}`.padEnd(23)} 0.0.0.0:*               ${l.protocol === 'TCP' ? 'LISTEN' : ''}\n`,
    );
  await p.print(
    `Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State       \n${rows.join('')}`,
  );
  return 0;
};
