import type { HttpHandler } from '../../../network/stack.ts';
import type { Tls } from '../../../network/tls.ts';
import { logTime } from '../../runtime/programs/web-server.ts';
import { listen, listenHttp } from '../../runtime/programs/listen.ts';
import type { Process } from '../../runtime/process.ts';

/** The flags of one of agnhost's subcommands: `--port=80`, `--port 80`, `--flag` (which is `true`). */
export class Flags {
  readonly #values = new Map<string, string>();
  readonly operands: string[] = [];

  /** `switches` are the flags that take no value from the next argument. */
  constructor(args: readonly string[], switches: readonly string[] = []) {
    for (let i = 0; i < args.length; i++) {
      const arg = args[i] ?? '';
      const [, name, value] = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(arg) ?? [];
      if (name === undefined) this.operands.push(arg);
      else this.#values.set(name, value ?? (switches.includes(name) ? 'true' : (args[++i] ?? '')));
    }
  }

  text(name: string, otherwise = ''): string {
    return this.#values.get(name) ?? otherwise;
  }

  number(name: string, otherwise: number): number {
    const value = this.#values.get(name);
    return value === undefined ? otherwise : Number(value);
  }

  has(name: string): boolean {
    return this.#values.has(name) && this.#values.get(name) !== 'false';
  }
}

/** Milliseconds of a Go duration: `1m30s`, `300ms`; undefined for anything else. */
export function duration(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^(?:[\d.]+(?:ms|h|m|s))+$/.test(text)) return undefined;
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  let sum = 0;
  for (const [, amount, unit = ''] of text.matchAll(/([\d.]+)(ms|h|m|s)/g)) sum += Number(amount) * (units[unit] ?? 0);
  return sum;
}

/** Writes a line as Go's log package does. */
export function log(p: Process, message: string): void {
  const [, day, month, year, time] = /^(\d+)\/(\w+)\/(\d+):(\S+)/.exec(logTime(p.world.clock.now())) ?? [];
  const number = new Date(`${day} ${month} ${year}`).getMonth() + 1;
  void p.stderr.write(`${year}/${String(number).padStart(2, '0')}/${day} ${time} ${message}\n`);
}

/** Serves HTTP (over TLS, with an identity) as Go's server does; false when the port is taken, which has been said. */
export function serve(p: Process, port: number, handler: HttpHandler, tls?: Tls): boolean {
  try {
    listenHttp(p, { port, handler, ...(tls && { tls }), headers: () => goHeaders(p) });
    return true;
  } catch {
    log(p, `listen tcp :${port}: bind: address already in use`);
    return false;
  }
}

function goHeaders(p: Process): Record<string, string> {
  return { Date: new Date(p.world.clock.now()).toUTCString(), 'Content-Type': 'text/plain; charset=utf-8' };
}

/** Answers each datagram; undefined answers nothing. */
export function serveDatagrams(
  p: Process,
  options: { port: number; address?: string; protocol?: 'UDP' | 'SCTP' },
  answer: (text: string, client: { ip: string; port: number }) => string | undefined,
): void {
  listen(p, {
    protocol: 'UDP',
    ...options,
    accept: (connection) => {
      void (async () => {
        for (let chunk = await connection.input.read(); chunk; chunk = await connection.input.read()) {
          const text = answer(Buffer.from(chunk).toString('utf8'), connection.remote);
          if (text !== undefined) await connection.output.write(Buffer.from(text));
        }
      })();
    },
  });
}

/** Sends a datagram and waits for one; undefined when none comes within `ms`. */
export async function askDatagram(
  p: Process,
  to: { ip: string; port: number; protocol: 'UDP' | 'SCTP' },
  text: string,
  ms: number,
): Promise<string | undefined> {
  const connection = await p.wait(p.world.net.dial(to.ip, to.port, { protocol: to.protocol, timeoutMs: ms }));
  const timer = p.world.clock.after(ms, () => connection.close());
  try {
    await connection.output.write(Buffer.from(text));
    const chunk = await p.wait(connection.input.read());
    return chunk && Buffer.from(chunk).toString('utf8');
  } finally {
    timer.cancel();
    connection.close();
  }
}

/** The pair that two flags name, as the container's files have it. */
export function pairFrom(p: Process, certFile: string, keyFile: string): Tls {
  return () => {
    try {
      return { cert: p.fs.readText(certFile), key: p.fs.readText(keyFile) };
    } catch {
      return undefined;
    }
  };
}
