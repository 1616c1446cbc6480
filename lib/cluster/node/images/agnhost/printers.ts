import { nameSuffix, randomInt } from '../../../../kit/random.ts';
import { isNetError } from '../../../network/net-error.ts';
import { parseResolvConf } from '../../../network/resolver.ts';
import { resolve } from '../../runtime/programs/names.ts';
import type { Process, Program } from '../../runtime/process.ts';
import { duration, Flags } from './subcommand.ts';

/** `agnhost entrypoint-tester`: the command line it was started with. */
export const entrypointTester: Program = async (p) => {
  await p.print(`[${p.argv.join(' ')}]\n`);
  return 0;
};

const resolvConf = (p: Process) =>
  parseResolvConf(p.fs.exists('/etc/resolv.conf') ? p.fs.readText('/etc/resolv.conf') : '');

export const dnsSuffix: Program = async (p) => {
  await p.print(`${resolvConf(p).search.join(',')}\n`);
  return 0;
};

export const dnsServerList: Program = async (p) => {
  await p.print(`${resolvConf(p).servers.join(',')}\n`);
  return 0;
};

export const etcHosts: Program = async (p) => {
  await p.print(p.fs.readFile('/etc/hosts'));
  return 0;
};

/** `agnhost logs-generator`: so many lines of a server's log, evenly over a duration. */
export const logsGenerator: Program = async (p, args) => {
  const flags = new Flags(args);
  const lines = Number(flags.text('log-lines-total') || flags.text('t', '0'));
  const ms = duration(flags.text('run-duration') || flags.text('d', '0')) ?? 0;
  if (!(lines > 0)) {
    await p.warn(`F logs_generator.go:73] Invalid total number of lines: ${lines}\n`);
    return 255;
  }
  const { random, clock } = p.world;
  for (let id = 0; id < lines; id++) {
    const method = ['GET', 'POST', 'PUT'][randomInt(random, 3)];
    const namespace = ['kube-system', 'default', 'ns'][randomInt(random, 3)];
    const status = 200 + randomInt(random, 400);
    const now = new Date(clock.now()).toISOString();
    const stamp = `I${now.slice(5, 7)}${now.slice(8, 10)} ${now.slice(11, 23)}000       1 logs_generator.go:76]`;
    await p.warn(`${stamp} ${id} ${method} /api/v1/namespaces/${namespace}/pods/${nameSuffix(random, 4)} ${status}\n`);
    await p.sleep(ms / lines);
  }
  return 0;
};

/** `agnhost connect HOST:PORT`: says TIMEOUT, REFUSED or DNS when nobody answers. */
export const connect: Program = async (p, args) => {
  const flags = new Flags(args);
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(flags.operands[0] ?? '') ?? [];
  const protocol = flags.text('protocol', 'tcp').toUpperCase();
  const timeoutMs = duration(flags.text('timeout', '0')) ?? 0;
  try {
    const ip = await resolve(p, host).catch(() => undefined);
    if (ip === undefined) {
      await p.warn('DNS\n');
      return 1;
    }
    const connection = await p.wait(
      p.world.net.dial(ip, Number(port), {
        protocol: protocol === 'UDP' || protocol === 'SCTP' ? protocol : 'TCP',
        signal: p.signal,
        ...(timeoutMs ? { timeoutMs } : {}),
      }),
    );
    connection.close();
    return 0;
  } catch (err) {
    if (!isNetError(err)) throw err;
    const words: Record<string, string> = { ETIMEDOUT: 'TIMEOUT', ECONNREFUSED: 'REFUSED' };
    await p.warn(`${words[err.code] ?? `OTHER: ${err.message}`}\n`);
    return 1;
  }
};
