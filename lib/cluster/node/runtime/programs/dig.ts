import type { DnsAnswer, DnsRecord, RecordType } from '../../../network/dns.ts';
import { isNetError } from '../../../network/net-error.ts';
import { candidates, parseResolvConf, query, type ResolvConf } from '../../../network/resolver.ts';
import type { Process, Program } from '../process.ts';
import { resolve } from './names.ts';

const TYPES: readonly string[] = ['A', 'AAAA', 'SRV', 'PTR', 'CNAME', 'NS', 'TXT', 'MX', 'SOA', 'ANY'];
const NO_REPLY = 9;
const VERSION = '9.18.39';

interface Asked {
  name: string;
  type: RecordType;
  conf: ResolvConf;
  /** `short`, `noall`, `search` … of `+short`. */
  wishes: ReadonlySet<string>;
}

/** `dig [@server] [-x address] [name] [type] [+short|+noall +answer|+search …]`. */
export const dig: Program = async (p, args) => {
  const asked = await read(p, args);
  const { name, type, conf, wishes } = asked;
  const names = wishes.has('search') ? candidates(name, conf) : [name.replace(/\.$/, '')];
  let found: (DnsAnswer & { server: string; name: string }) | undefined;
  for (const candidate of names) {
    try {
      found = { ...(await p.wait(query(p.world.net, conf, candidate, type, p.signal))), name: candidate };
    } catch (err) {
      if (!isNetError(err)) throw err;
      await p.print(`;; communications error to ${conf.servers[0] ?? '127.0.0.1'}#53: timed out\n;; no servers could be reached\n`); // prettier-ignore
      return NO_REPLY;
    }
    if (found.answers.length > 0) break;
  }
  if (found) await show(p, args, asked, found);
  return 0;
};

async function read(p: Process, args: readonly string[]): Promise<Asked> {
  const conf = parseResolvConf(p.fs.exists('/etc/resolv.conf') ? p.fs.readText('/etc/resolv.conf') : '');
  const wishes = new Set<string>();
  let name = '.';
  let type: RecordType = 'A';
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg.startsWith('@')) conf.servers = [await resolve(p, arg.slice(1)).catch(() => arg.slice(1))];
    else if (arg.startsWith('+')) wishes.add(arg.slice(1));
    else if (arg === '-x') {
      name = `${(args[++i] ?? '').split('.').toReversed().join('.')}.in-addr.arpa`;
      type = 'PTR';
    } else if (arg === '-t' || arg === '-q' || arg === '-p') {
      const value = args[++i] ?? '';
      if (arg === '-t') type = value.toUpperCase() as RecordType;
      if (arg === '-q') name = value;
    } else if (TYPES.includes(arg.toUpperCase())) type = arg.toUpperCase() as RecordType;
    else if (!arg.startsWith('-') && arg !== 'IN') name = arg;
  }
  return { name, type, conf, wishes };
}

const dotted = (name: string) => `${name.replace(/\.$/, '')}.`;

function dataOf({ type, data }: DnsRecord): string {
  return type === 'A' || type === 'AAAA' || type === 'TXT' || type === 'SOA' ? data : dotted(data);
}

const lineOf = (record: DnsRecord) =>
  `${dotted(record.name)}\t\t${record.ttl}\tIN\t${record.type}\t${dataOf(record)}\n`;

async function show(
  p: Process,
  args: readonly string[],
  { type, wishes }: Asked,
  { answers, code, authoritative, server, name }: DnsAnswer & { server: string; name: string },
): Promise<void> {
  if (wishes.has('short')) {
    await p.print(answers.map((r) => `${dataOf(r)}\n`).join(''));
    return;
  }
  const all = !wishes.has('noall');
  if (all) {
    const flags = `qr ${authoritative ? 'aa ' : ''}rd${authoritative ? '' : ' ra'}`;
    await p.print(
      `\n; <<>> DiG ${VERSION} <<>> ${args.join(' ')}\n;; global options: +cmd\n;; Got answer:\n` +
        `;; ->>HEADER<<- opcode: QUERY, status: ${code}, id: ${1 + Math.floor(p.world.random.float() * 65_535)}\n` +
        `;; flags: ${flags}; QUERY: 1, ANSWER: ${answers.length}, AUTHORITY: 0, ADDITIONAL: 1\n\n` +
        `;; QUESTION SECTION:\n;${dotted(name)}\t\tIN\t${type}\n\n`,
    );
  }
  if (answers.length > 0 && (all || wishes.has('answer')))
    await p.print(`${all ? ';; ANSWER SECTION:\n' : ''}${answers.map(lineOf).join('')}${all ? '\n' : ''}`);
  if (all) {
    await p.print(
      `;; Query time: 1 msec\n;; SERVER: ${server}#53(${server}) (UDP)\n;; WHEN: ${new Date(p.world.clock.now()).toUTCString()}\n;; MSG SIZE  rcvd: 100\n\n`,
    );
  }
}
