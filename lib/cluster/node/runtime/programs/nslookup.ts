import { isNetError } from '../../../network/net-error.ts';
import { candidates, parseResolvConf, query } from '../../../network/resolver.ts';
import type { Program } from '../process.ts';
import { readFile, resolve } from './names.ts';

export const nslookup: Program = async (p, args) => {
  const type = args
    .find((a) => /^-?-?(query)?type=/i.test(a))
    ?.split('=')[1]
    ?.toUpperCase();
  const [name = '', server] = args.filter((a) => !a.startsWith('-'));
  const conf = parseResolvConf(readFile(p)('/etc/resolv.conf') ?? '');
  if (server) conf.servers = [await resolve(p, server)];
  const [first = '127.0.0.1'] = conf.servers;
  const reverse = /^\d+\.\d+\.\d+\.\d+$/.test(name);
  const asked = reverse ? `${name.split('.').reverse().join('.')}.in-addr.arpa` : name;
  // busybox asks for the name itself, and goes through the search list only for one without a dot.
  const names = reverse || name.includes('.') ? [asked.replace(/\.$/, '')] : candidates(asked, conf);
  const types = reverse ? (['PTR'] as const) : type ? ([type] as ('A' | 'SRV')[]) : (['A', 'AAAA'] as const);
  let found = false;
  let answered = false;
  let failed: string | undefined;
  for (const candidate of names) {
    for (const t of types) {
      let answer;
      try {
        answer = await p.wait(query(p.world.net, conf, candidate, t, p.signal));
      } catch (err) {
        if (!isNetError(err)) throw err;
        if (err.code === 'ECONNREFUSED') await p.warn(`nslookup: write to '${first}': ${err.message}\n`);
        await p.print(`;; connection timed out; no servers could be reached\n\n`);
        return 1;
      }
      if (!answered) await p.print(`Server:\t\t${first}\nAddress:\t${first}:53\n\n`);
      answered = true;
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
