import { ipv4 } from './addresses.ts';
import { askDns, type DnsAnswer, type RecordType } from './dns.ts';
import { isNetError, NetError } from './net-error.ts';
import type { NetStack } from './stack.ts';

export interface ResolvConf {
  servers: string[];
  search: string[];
  ndots: number;
  timeoutMs: number;
  attempts: number;
}

export function parseResolvConf(text: string): ResolvConf {
  const conf: ResolvConf = { servers: [], search: [], ndots: 1, timeoutMs: 5000, attempts: 2 };
  for (const line of text.split('\n')) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === 'nameserver' && rest[0]) conf.servers.push(rest[0]);
    else if (word === 'search') conf.search = rest;
    else if (word === 'options') {
      for (const option of rest) {
        const [name, value] = option.split(':');
        if (name === 'ndots') conf.ndots = Number(value);
        if (name === 'timeout') conf.timeoutMs = Number(value) * 1000;
        if (name === 'attempts') conf.attempts = Number(value);
      }
    }
  }
  return conf;
}

/** The names that are tried for a name, in order, as the C library does. */
export function candidates(name: string, conf: ResolvConf): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const searched = conf.search.map((domain) => `${name}.${domain.replace(/\.$/, '')}`);
  const dots = name.split('.').length - 1;
  return dots >= conf.ndots ? [name, ...searched] : [...searched, name];
}

/** Asks the servers in turn for exactly this name. Rejects with ETIMEDOUT when none answers. */
export async function query(
  stack: NetStack,
  conf: ResolvConf,
  name: string,
  type: RecordType,
  signal?: AbortSignal,
): Promise<DnsAnswer & { server: string }> {
  let last: unknown = new NetError('ECONNREFUSED');
  for (let attempt = 0; attempt < conf.attempts; attempt++) {
    for (const server of conf.servers) {
      try {
        return {
          ...(await askDns(stack, server, { name: name.toLowerCase(), type }, { timeoutMs: conf.timeoutMs, signal })),
          server,
        };
      } catch (err) {
        last = err;
      }
    }
  }
  throw last;
}

/** Follows CNAMEs inside one answer to its addresses. */
export function addressesOf(answer: DnsAnswer): string[] {
  return answer.answers.filter((r) => r.type === 'A').map((r) => r.data);
}

/** The IPv4 addresses of a name: /etc/hosts first, then DNS with search domains. Rejects with a NetError ENOTFOUND. */
export async function resolveAll(
  stack: NetStack,
  name: string,
  readFile: (path: string) => string | undefined,
  signal?: AbortSignal,
): Promise<string[]> {
  if (ipv4(name) !== undefined) return [name];
  const hosts = readFile('/etc/hosts') ?? '';
  for (const line of hosts.split('\n')) {
    const [ip, ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    if (ip && ipv4(ip) !== undefined && names.includes(name)) return [ip];
  }
  if (name === 'localhost') return ['127.0.0.1'];
  const conf = parseResolvConf(readFile('/etc/resolv.conf') ?? '');
  for (const candidate of candidates(name, conf)) {
    try {
      const found = addressesOf(await query(stack, conf, candidate, 'A', signal));
      if (found.length) return found;
    } catch (err) {
      if (isNetError(err)) break;
      throw err;
    }
  }
  throw new NetError('ENOTFOUND');
}

export async function resolveHost(
  stack: NetStack,
  name: string,
  readFile: (path: string) => string | undefined,
  signal?: AbortSignal,
): Promise<string> {
  const [first] = await resolveAll(stack, name, readFile, signal);
  if (first === undefined) throw new NetError('ENOTFOUND');
  return first;
}
