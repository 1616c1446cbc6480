import type { Clock } from '../../../kit/clock.ts';
import { emptyPipe } from '../../network/byte-pipe.ts';
import { httpRequest } from '../../network/http-client.ts';
import { isNetError } from '../../network/net-error.ts';
import type { ListenOptions } from '../../network/stack.ts';
import type { Container as ContainerSpec, HTTPGetAction } from '../../schema/generated/types.ts';
import type { Container } from '../runtime/container.ts';
import { StartError } from '../runtime/container.ts';
import { capture } from '../runtime/shell/io.ts';

/** What a probe or hook found: its output for messages. */
export interface Outcome {
  ok: boolean;
  output: string;
  /** The handler did not answer in time. */
  timedOut?: boolean;
}

/** Runs a command in a container and waits at most `timeoutMs`. */
export async function runExec(
  container: Container,
  command: readonly string[],
  clock: Clock,
  timeoutMs: number,
): Promise<Outcome> {
  const { output, text } = capture(container.world.memory);
  let process;
  try {
    process = container.exec(command, { stdin: emptyPipe(), stdout: output, stderr: output, tty: false });
  } catch (err) {
    if (!(err instanceof StartError)) throw err;
    return { ok: false, output: err.message };
  }
  let timedOut = false;
  const timer = clock.after(timeoutMs, () => {
    timedOut = true;
    process.kill('KILL', true);
  });
  const exit = await process.exited;
  timer.cancel();
  if (timedOut)
    return {
      ok: false,
      output: `command timed out: "${command.join(' ')}" timed out after ${timeoutMs / 1000}s`,
      timedOut,
    };
  return { ok: exit.code === 0, output: text() };
}

export function portNumber(spec: ContainerSpec, port: number | string): number {
  if (typeof port === 'number') return port;
  return spec.ports?.find((p) => p.name === port)?.containerPort ?? Number(port);
}

/** Asks a container over HTTP, as the kubelet does from the node. */
export async function runHttp(
  container: Container,
  spec: ContainerSpec,
  action: HTTPGetAction,
  ip: string,
  clock: Clock,
  timeoutMs: number,
): Promise<Outcome> {
  const { net } = container.options;
  const host = action.host ?? ip;
  const port = portNumber(spec, action.port);
  const path = action.path ?? '/';
  const scheme = (action.scheme ?? 'HTTP').toLowerCase();
  const url = `${scheme}://${host}:${port}${path.startsWith('/') ? path : `/${path}`}`;
  const listener = net.listener(host, port);
  if (!listener) return { ok: false, output: `Get "${url}": dial tcp ${host}:${port}: connect: connection refused` };
  const mismatch = tlsMismatch(listener, scheme, url);
  if (mismatch) return { ok: false, output: mismatch };
  const headers = Object.fromEntries((action.httpHeaders ?? []).map((h) => [h.name, h.value]));
  try {
    const status = await withTimeout(ask(listener, net, host, port, path, headers), clock, timeoutMs);
    if (status === undefined) {
      return {
        ok: false,
        timedOut: true,
        output: `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
      };
    }
    return { ok: status >= 200 && status < 400, output: `HTTP probe failed with statuscode: ${status}` };
  } catch (err) {
    const why = isNetError(err) ? err.message.toLowerCase() : String(err);
    return { ok: false, output: `Get "${url}": dial tcp ${host}:${port}: connect: ${why}` };
  }
}

function tlsMismatch(listener: ListenOptions, scheme: string, url: string): string | undefined {
  if (scheme === 'https' && !listener.tls) return `Get "${url}": http: server gave HTTP response to HTTPS client`;
  return undefined;
}

async function ask(
  listener: ListenOptions,
  net: Container['options']['net'],
  host: string,
  port: number,
  path: string,
  headers: Record<string, string>,
): Promise<number> {
  if (listener.tls && !listener.http) return 200;
  if (listener.http) {
    const given = new Map(
      Object.entries({ host: `${host}:${port}`, 'user-agent': 'kube-probe/1.36', ...headers }).map(([k, v]) => [
        k.toLowerCase(),
        v,
      ]),
    );
    const answer = await listener.http({
      method: 'GET',
      target: path,
      headers: given,
      body: new Uint8Array(),
      remote: { ip: host, port: 0 },
    });
    return answer.status;
  }
  const connection = await net.dial(host, port);
  try {
    return (
      await httpRequest(connection, { method: 'GET', target: path, headers: { Host: `${host}:${port}`, ...headers } })
    ).status;
  } finally {
    connection.close();
  }
}

async function withTimeout<T>(work: Promise<T>, clock: Clock, ms: number): Promise<T | undefined> {
  let cancel: () => void = () => undefined;
  const late = new Promise<undefined>((done) => {
    const timer = clock.after(ms, () => done(undefined));
    cancel = () => timer.cancel();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}
