import { HttpError, type HttpAnswer } from '../../../network/http-client.ts';
import { isNetError } from '../../../network/net-error.ts';
import { joinPath } from '../fs/file-system.ts';
import type { Program } from '../process.ts';
import { fetchUrl, LateAnswer, parseUrl } from './fetch-url.ts';

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
              ? err instanceof LateAnswer
                ? `Operation timed out after ${ms} milliseconds with 0 bytes received`
                : `Connection timed out after ${ms} milliseconds`
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
