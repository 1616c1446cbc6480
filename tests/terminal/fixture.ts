import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster, ToolCall } from '../../lib/cluster/index.ts';
import { systemClock } from '../../lib/kit/clock.ts';
import { Hosts, type Limits, type RunResult } from '../../lib/terminal/index.ts';

const refuse = (code: string) => Promise.reject(Object.assign(new Error(code), { code }));

/** What every address answers on port 80: who was asked, or as many bytes as the path's number says. */
function webServer(node: string, host: string) {
  const request = new TransformStream<Uint8Array, Uint8Array>();
  const response = new TransformStream<Uint8Array, Uint8Array>();
  const answer = async () => {
    let text = '';
    let wanted = Infinity;
    const reader = request.readable.getReader();
    for (let size = 0; size < wanted;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (wanted === Infinity) text += Buffer.from(value).toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      if (head >= 0) wanted = head + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    }
    const bytes = Number(/^GET \/(\d+) /.exec(text)?.[1] ?? 0);
    const body =
      bytes > 0
        ? Buffer.alloc(bytes, 'x')
        : Buffer.from(`${host} asked by ${node}, ${wanted - text.indexOf('\r\n\r\n') - 4} bytes\n`);
    const writer = response.writable.getWriter();
    await writer.write(Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`));
    await writer.write(body);
    await writer.close();
  };
  void answer().catch(() => undefined);
  return { readable: response.readable, writable: request.writable };
}

/** The tool `crictl`: `echo` gives its input back, `flood` writes 8 MB, `wait` lasts until it is interrupted; all else tells how it was called. */
async function runTool({
  argv,
  cwd,
  uid,
  tty,
  env,
  stdin,
  stdout,
  stderr,
  signal,
}: ToolCall): Promise<{ exitCode: number }> {
  const out = stdout.getWriter();
  if (argv[1] === 'echo') {
    const reader = stdin.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) await out.write(part.value);
    return { exitCode: 3 };
  }
  if (argv[1] === 'flood') {
    for (let i = 0; i < 800; i++) await out.write(Buffer.alloc(10_000, 'x'));
    return { exitCode: 0 };
  }
  if (argv[1] === 'wait') {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return { exitCode: 130 };
  }
  await stderr.getWriter().write(Buffer.from('said\n'));
  await out.write(
    Buffer.from(`${argv.join('|')} in ${cwd} by ${uid} of ${env['HOME']}${tty ? ' on a terminal' : ''}\n`),
  );
  return { exitCode: 5 };
}

export interface FakeCluster extends Cluster {
  /** Whether the API server is up. */
  setServing(serving: boolean): Promise<void>;
}

/** A cluster without Kubernetes: two nodes, an API that says `api`, a network where port 80 answers everywhere but at 10.244.9.x. */
export function fakeCluster(dir: string): FakeCluster {
  const places: { path: string; server?: Server }[] = [];
  const open = (place: (typeof places)[number]) =>
    new Promise<void>((resolve) => {
      place.server = createServer((socket) => {
        socket.on('error', () => socket.destroy());
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\napi\n'));
      }).listen(place.path, resolve);
    });
  const close = (place: (typeof places)[number]) =>
    new Promise<void>((resolve) => (place.server ? place.server.close(() => resolve()) : resolve()));
  return {
    profile: 'fake',
    readyMs: 0,
    nodes: [
      { name: 'controlplane', ip: '172.30.1.2', controlPlane: true, disk: join(dir, 'controlplane') },
      { name: 'node01', ip: '172.30.1.3', controlPlane: false, disk: join(dir, 'node01') },
    ],
    kubeconfig: (server) =>
      `apiVersion: v1
kind: Config
clusters: [{name: fake, cluster: {server: "${server}"}}]
contexts: [{name: fake, context: {cluster: fake, user: fake}}]
current-context: fake
users: [{name: fake, user: {token: fake}}]
`,
    listen: async (at) => {
      const place = { path: 'socketPath' in at ? at.socketPath : '' };
      places.push(place);
      await open(place);
      return { url: 'https://localhost', close: () => close(place) };
    },
    setServing: async (serving) => {
      for (const place of places) await (serving ? open(place) : close(place));
    },
    client: () => ({ list: () => Promise.resolve({ items: [] }) }) as unknown as ReturnType<Cluster['client']>,
    tools: () => ['crictl'],
    runTool,
    dial: (node, host, port) => {
      if (host === '10.244.9.1') return refuse('EHOSTUNREACH');
      if (host === '10.244.9.2') return new Promise(() => undefined);
      return port === 80 ? Promise.resolve(webServer(node, host)) : refuse('ECONNREFUSED');
    },
    settle: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
}

export interface Lab {
  dir: string;
  cluster: FakeCluster;
  hosts: Hosts;
  /** Runs a line of bash; `stdout` and `stderr` come together in `said`. */
  candidate(host: string, line: string, input?: string): Promise<RunResult & { said: string }>;
  root(host: string, line: string, input?: string): Promise<RunResult & { said: string }>;
  close(): Promise<void>;
}

/** `base` and the nodes of a fake cluster, in a folder of their own. */
export function openLab(limits: Partial<Limits> = {}, dir = mkdtempSync(join(tmpdir(), 'drydock-test-'))): Lab {
  const cluster = fakeCluster(dir);
  const hosts = new Hosts({
    clock: systemClock,
    limits,
    find: (name) => {
      const node = cluster.nodes.find((n) => n.name === name);
      if (node) return Promise.resolve({ name, disk: node.disk, node: { cluster, name } });
      return Promise.resolve(name === 'base' ? { name, disk: join(dir, 'base') } : undefined);
    },
  });
  const run = (account: 'candidate' | 'root') => async (host: string, line: string, input?: string) => {
    const result = await hosts.run(host, {
      account,
      argv: ['bash', '-c', line],
      ...(input === undefined ? {} : { input }),
    });
    return { ...result, said: result.stdout + result.stderr };
  };
  return {
    dir,
    cluster,
    hosts,
    candidate: run('candidate'),
    root: run('root'),
    close: async () => {
      await hosts.dispose();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Waits until something is so, looking every 20 ms; for what real processes do in their own time. */
export async function until(what: string, test: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await test())) {
    if (Date.now() > end) throw new Error(`never came true: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
