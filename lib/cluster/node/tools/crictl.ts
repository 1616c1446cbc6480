import { digestOf } from '../images/catalogue.ts';
import { images } from '../images/index.ts';
import { logPath } from '../kubelet/container-starter.ts';
import { streamLog } from '../kubelet/pod-log.ts';
import type { PodWorker } from '../kubelet/pod-worker.ts';
import { containersOf, sandboxId, type Row } from './crictl-containers.ts';
import { inspectImages, pullImage } from './crictl-images.ts';
import { containerInfo, podInfo } from './crictl-inspect.ts';
import { commandLine, type CommandLine } from './flags.ts';
import { notSimulatedTool, type NodeTool, type ToolContext, type ToolIo } from './node-tool.ts';
import { columns } from './text-table.ts';

const GAP = 4;
const ENDPOINT = 'unix:///run/containerd/containerd.sock';
const BOOLEANS = [
  'all', 'quiet', 'no-trunc', 'latest', 'verbose', 'follow', 'previous', 'timestamps', 'interactive', 'tty', 'debug', 'help', 'version', 'force',
]; // prettier-ignore
const LETTERS = {
  a: 'all', q: 'quiet', l: 'latest', v: 'verbose', f: 'follow', p: 'previous', t: 'tty', i: 'interactive', o: 'output', s: 'state',
  h: 'help', r: 'runtime-endpoint', D: 'debug',
}; // prettier-ignore

interface Call extends CommandLine {
  io: ToolIo;
  context: ToolContext;
  workers: readonly PodWorker[];
}

function age(ms: number, now: number): string {
  const s = Math.max(Math.floor((now - ms) / 1000), 0);
  if (s < 60) return s <= 1 ? 'About a second ago' : `${s} seconds ago`;
  if (s < 3600) return s < 120 ? 'About a minute ago' : `${Math.floor(s / 60)} minutes ago`;
  return s < 7200 ? 'About an hour ago' : `${Math.floor(s / 3600)} hours ago`;
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** A command that the runtime has no container or sandbox for. */
function absent({ io }: Call, rpc: string, id: string): Promise<number> {
  const what = `rpc error: code = NotFound desc = an error occurred when try to find ${rpc === 'PodSandboxStatus' ? 'sandbox' : 'container'} "${id}": not found`;
  return io.fail(
    1,
    `E0101 00:00:00.000000       1 log.go:32] "${rpc} from runtime service failed" err=${JSON.stringify(what)} ${rpc === 'PodSandboxStatus' ? 'podSandboxID' : 'containerID'}="${id}"\nFATA[0000] ${rpc === 'ContainerStatus' ? 'getting the status of the container ' + JSON.stringify(id) + ': ' : ''}${what}\n`,
  );
}

const find = ({ workers }: Call, id: string | undefined): Row | undefined =>
  id ? containersOf(workers).find((r) => r.id.startsWith(id)) : undefined;

async function ps(call: Call): Promise<number> {
  const { flags, operands, io, context, workers } = call;
  const [name, pod, state, id] = [
    flags.get('name'),
    flags.get('pod'),
    flags.get('state'),
    operands[0] ?? flags.get('id'),
  ];
  const rows = containersOf(workers)
    .filter((r) => flags.has('all') || flags.has('latest') || state !== undefined || r.state === 'Running')
    .filter((r) => state === undefined || r.state.toLowerCase() === state.toLowerCase())
    .filter((r) => name === undefined || new RegExp(name).test(r.name))
    .filter((r) => pod === undefined || sandboxId(r.worker).startsWith(pod.slice(0, 13)))
    .filter((r) => id === undefined || r.id.startsWith(id))
    .slice(0, flags.has('latest') ? 1 : undefined);
  if (flags.get('output') === 'json') {
    await io.out(json({ containers: rows.map((r) => containerInfo(r).listed) }));
    return 0;
  }
  if (flags.has('quiet')) {
    await io.out(rows.map((r) => `${r.id}\n`).join(''));
    return 0;
  }
  const cells = rows.map((r) => [
    flags.has('no-trunc') ? r.id : r.id.slice(0, 13),
    r.image,
    age(r.created, context.clock.now()),
    r.state,
    r.name,
    String(r.attempt),
    sandboxId(r.worker),
    r.worker.pod.metadata.name,
    r.worker.pod.metadata.namespace ?? '',
  ]);
  const header = ['CONTAINER', 'IMAGE', 'CREATED', 'STATE', 'NAME', 'ATTEMPT', 'POD ID', 'POD', 'NAMESPACE'];
  await io.out(columns([header, ...cells], GAP));
  return 0;
}

async function pods({ flags, io, context, workers }: Call): Promise<number> {
  const [name, namespace] = [flags.get('name'), flags.get('namespace')];
  const rows = workers
    .filter((w) => w.sandbox)
    .filter((w) => name === undefined || new RegExp(name).test(w.pod.metadata.name))
    .filter((w) => namespace === undefined || w.pod.metadata.namespace === namespace)
    .sort((a, b) => b.startTime - a.startTime);
  if (flags.get('output') === 'json') await io.out(json({ items: rows.map((w) => podInfo(w).listed) }));
  else if (flags.has('quiet')) await io.out(rows.map((w) => `${sandboxId(w)}\n`).join(''));
  else {
    const cells = rows.map((w) => [
      sandboxId(w),
      age(w.startTime, context.clock.now()),
      w.finished ? 'NotReady' : 'Ready',
      w.pod.metadata.name,
      w.pod.metadata.namespace ?? '',
      '0',
      '(default)',
    ]);
    await io.out(columns([['POD ID', 'CREATED', 'STATE', 'NAME', 'NAMESPACE', 'ATTEMPT', 'RUNTIME'], ...cells], GAP));
  }
  return 0;
}

async function listImages({ flags, operands, io }: Call): Promise<number> {
  const rows = images
    .flatMap((image) => image.tags.map((tag) => ({ image, tag, digest: digestOf(image, tag) })))
    .filter(({ image, tag }) => !operands[0] || `${image.repository}:${tag}`.includes(operands[0]));
  const cells = rows.map(({ image, tag, digest }) => [
    image.repository,
    tag,
    digest.slice(7, 20),
    `${(image.size / 1e6).toFixed(1)}MB`,
  ]);
  if (flags.has('quiet')) await io.out(rows.map(({ digest }) => `${digest}\n`).join(''));
  else await io.out(columns([['IMAGE', 'TAG', 'IMAGE ID', 'SIZE'], ...cells], GAP));
  return 0;
}

async function logs(call: Call): Promise<number> {
  const { flags, operands, io, context } = call;
  const row = find(call, operands[0]);
  if (!row) return absent(call, 'ContainerStatus', operands[0] ?? '');
  const { worker, name } = row;
  const live = row.state === 'Running' ? worker.record(name)?.log : undefined;
  const attempt = flags.has('previous') ? Math.max(row.attempt - 1, 0) : row.attempt;
  const tail = flags.get('tail');
  const stream = streamLog(
    context.disk,
    logPath(worker.pod, name, attempt),
    live,
    {
      container: name,
      follow: flags.has('follow') && row.state === 'Running',
      previous: false,
      timestamps: flags.has('timestamps'),
      ...(tail !== undefined && { tailLines: Number(tail) }),
      signal: io.call.signal,
    },
    context.clock.now(),
  );
  for (const reader = stream.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return 0;
    await io.out(value);
  }
}

async function inspect(call: Call): Promise<number> {
  for (const id of call.operands) {
    const row = find(call, id);
    if (!row) return absent(call, 'ContainerStatus', id);
    await call.io.out(json(containerInfo(row).inspected));
  }
  return 0;
}

async function inspectPod(call: Call): Promise<number> {
  for (const id of call.operands) {
    const worker = call.workers.find((w) => w.sandbox && sandboxId(w).startsWith(id.slice(0, 13)));
    if (!worker) return absent(call, 'PodSandboxStatus', id);
    await call.io.out(json(podInfo(worker).inspected));
  }
  return 0;
}

async function exec(call: Call, command: readonly string[]): Promise<number> {
  const { flags, io, context } = call;
  const [id = '', ...argv] = command;
  const row = find(call, id);
  if (!row) return absent(call, 'ExecSync', id);
  const { name: pod, namespace = '', uid = '' } = row.worker.pod.metadata;
  // The streams are the caller's own: the container writes to them directly.
  const pipe = (write: (text: Uint8Array) => Promise<void>) => new WritableStream<Uint8Array>({ write });
  return context.kubelet.exec({ namespace, name: pod, uid: row.worker.uid || uid }, row.name, argv, {
    ...(flags.has('interactive') && { stdin: io.call.stdin }),
    stdout: pipe((bytes) => io.out(bytes)),
    stderr: pipe((bytes) => io.err(Buffer.from(bytes).toString())),
    tty: flags.has('tty') && io.call.tty,
    signal: io.call.signal,
  });
}

async function end(call: Call, signal: 'TERM' | 'KILL'): Promise<number> {
  for (const id of call.operands) {
    const row = find(call, id);
    if (!row) return absent(call, signal === 'TERM' ? 'StopContainer' : 'RemoveContainer', id);
    row.worker.record(row.name)?.live?.signal(signal);
    await call.io.out(`${id}\n`);
  }
  return 0;
}

async function stats(call: Call): Promise<number> {
  const usage = call.context.kubelet.usage();
  const rows = containersOf(call.workers)
    .filter((r) => r.state === 'Running')
    .map((r) => {
      const { name, namespace } = r.worker.pod.metadata;
      const own = usage.pods
        .find((p) => p.name === name && p.namespace === namespace)
        ?.containers.find((c) => c.name === r.name);
      const [cpu, memory] = [own?.cpu ?? 0, own?.memory ?? 0];
      return [r.id.slice(0, 13), r.name, (cpu / 1e7).toFixed(2), `${(memory / 1e6).toFixed(2)}MB`, '28.67kB', '11'];
    });
  await call.io.out(columns([['CONTAINER', 'NAME', 'CPU %', 'MEM', 'DISK', 'INODES'], ...rows], GAP));
  return 0;
}

async function info({ io }: Call): Promise<number> {
  const ready = (type: string) => ({ message: '', reason: '', status: true, type });
  const conditions = [ready('RuntimeReady'), ready('NetworkReady')];
  await io.out(json({ config: { containerdEndpoint: ENDPOINT.slice(7) }, status: { conditions } }));
  return 0;
}

async function version({ io }: Call): Promise<number> {
  await io.out('Version:  0.1.0\nRuntimeName:  containerd\nRuntimeVersion:  2.2.1\nRuntimeApiVersion:  v1\n');
  return 0;
}

const VERBS: Readonly<Record<string, (call: Call) => Promise<number>>> = {
  images: listImages,
  img: listImages,
  info,
  inspect,
  inspecti: ({ io, operands }) => inspectImages(io, operands),
  inspectp: inspectPod,
  logs,
  pods,
  ps,
  pull: ({ io, operands }) => pullImage(io, operands[0] ?? ''),
  rm: (call) => end(call, 'KILL'),
  stats,
  stop: (call) => end(call, 'TERM'),
  version,
};

/** The container runtime's client. Reads what the kubelet's runtime runs. */
export const crictl: NodeTool = {
  name: 'crictl',
  async run(args, io, context) {
    const withValue = ['-r', '-i', '--runtime-endpoint', '--image-endpoint', '-c', '--config', '-t', '--timeout'];
    const at = args.findIndex((a, i) => !a.startsWith('-') && !withValue.includes(args[i - 1] ?? ''));
    const verb = args[at] ?? '';
    if (at < 0 && args.some((a) => a === '-v' || a === '--version'))
      return io.out('crictl version v1.36.0\n').then(() => 0);
    const containerd = context.units.state('containerd.service').active === 'active';
    if (!containerd) {
      return io.fail(
        1,
        `FATA[0000] validate service connection: validate CRI v1 runtime API for endpoint "${ENDPOINT}": rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"\n`,
      );
    }
    if (io.call.uid !== 0) {
      return io.fail(
        1,
        `FATA[0000] validate service connection: validate CRI v1 runtime API for endpoint "${ENDPOINT}": rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: permission denied"\n`,
      );
    }
    const workers = [...context.units.pods];
    const rest = args.slice(at + 1);
    if (verb === 'exec') {
      // What follows the container's id is the command's own.
      const first = rest.findIndex((a) => !a.startsWith('-'));
      const own = commandLine(rest.slice(0, Math.max(first, 0)), BOOLEANS, LETTERS);
      return exec({ ...own, io, context, workers }, first < 0 ? [] : rest.slice(first));
    }
    const run = VERBS[verb];
    if (!run) return notSimulatedTool(io, 'crictl', verb ? JSON.stringify(verb) : 'its help');
    return run({ ...commandLine(rest, BOOLEANS, LETTERS), io, context, workers });
  },
};
