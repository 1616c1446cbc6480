import { readableOf, writableOf } from '../../network/byte-pipe.ts';
import { isNetError } from '../../network/net-error.ts';
import type {
  ByteDuplex,
  ExecStreams,
  KubeletApi,
  KubeletPage,
  LogOptions,
  NodeUsage,
  PodIdentity,
} from '../../machinery/kubelet-api.ts';
import { badRequest, internalError, StatusError } from '../../machinery/status-error.ts';
import { StartError, type Container } from '../runtime/container.ts';
import { openTerminal } from '../runtime/terminal.ts';
import { logPath } from './container-starter.ts';
import type { ContainerRecord } from './container-record.ts';
import type { Kubelet } from './kubelet.ts';
import { kubeletPage } from './pages/index.ts';
import type { PodWorker } from './pod-worker.ts';
import { streamLog } from './pod-log.ts';

const notFoundText = (message: string) => new StatusError(404, 'NotFound', message);

/** What a kubelet answers on its port 10250. `kubelet` is asked at each call: it may be stopped and started. */
export class KubeletServer implements KubeletApi {
  readonly #kubelet: () => Kubelet;

  constructor(kubelet: () => Kubelet) {
    this.#kubelet = kubelet;
  }

  async logs(pod: PodIdentity, options: LogOptions): Promise<ReadableStream<Uint8Array>> {
    const worker = this.#worker(pod);
    const record = this.#record(worker, pod, options.container);
    const { disk, clock } = this.#kubelet().options;
    const about = `container ${JSON.stringify(options.container)} in pod ${JSON.stringify(pod.name)}`;
    if (options.previous) {
      if (record.restarts === 0 || !record.last) {
        throw badRequest(`previous terminated ${about} not found`);
      }
      const restarts = record.state === 'waiting' || record.state === 'terminated' ? record.restarts : record.restarts;
      const path = logPath(worker.pod, options.container, record.state === 'waiting' ? restarts : restarts - 1);
      return streamLog(disk, path, undefined, { ...options, follow: false }, clock.now());
    }
    if (record.id === undefined) {
      const hasInit = worker.records.some((r) => r.role === 'init' || r.role === 'sidecar');
      const reason = record.waiting?.reason ?? (hasInit ? 'PodInitializing' : 'ContainerCreating');
      const text = reason === 'ImagePullBackOff' || reason === 'ErrImagePull' ? waitingForImage(reason) : reason;
      throw badRequest(`${about} is waiting to start: ${text}`);
    }
    return Promise.resolve(
      streamLog(disk, logPath(worker.pod, options.container, record.restarts), record.log, options, clock.now()),
    );
  }

  async exec(pod: PodIdentity, container: string, command: readonly string[], streams: ExecStreams): Promise<number> {
    const live = await this.#live(pod, container);
    const terminal = openTerminal(streams);
    let process;
    try {
      process = live.exec(command, {
        stdin: terminal.stdin,
        stdout: terminal.stdout,
        stderr: terminal.stderr,
        tty: streams.tty,
      });
    } catch (err) {
      await terminal.end();
      if (!(err instanceof StartError)) throw err;
      const id = Buffer.from(this.#kubelet().options.random.bytes(32)).toString('hex');
      throw internalError(
        `error executing command in container: failed to exec in container: failed to start exec "${id}": ${err.message}`,
      );
    }
    terminal.foreground(live.world.processes, process);
    const hangUp = () => process.kill(streams.tty ? 'HUP' : 'KILL', true);
    streams.signal.addEventListener('abort', hangUp);
    const exit = await process.exited;
    streams.signal.removeEventListener('abort', hangUp);
    await terminal.end();
    return exit.code;
  }

  async attach(pod: PodIdentity, container: string, streams: ExecStreams): Promise<void> {
    const live = await this.#live(pod, container);
    const terminal = openTerminal(streams);
    const { stdout, stderr, stdin } = terminal;
    await Promise.race([
      live.attach({ stdout, stderr, ...(streams.stdin ? { stdin } : {}), signal: streams.signal }),
      new Promise<void>((done) => streams.signal.addEventListener('abort', () => done())),
    ]);
    await terminal.end();
  }

  async portForward(pod: PodIdentity, port: number): Promise<ByteDuplex> {
    const worker = this.#worker(pod);
    const net = worker.sandbox?.net;
    if (!net) throw notFoundText(`pod "${pod.name}_${pod.namespace}" sandbox not found`);
    try {
      const connection = await net.dial('127.0.0.1', port);
      return { readable: readableOf(connection.input), writable: writableOf(connection.output) };
    } catch (err) {
      const why = isNetError(err) ? err.message.toLowerCase() : String(err);
      throw internalError(
        `error forwarding port ${port} to pod ${worker.uid}, uid : failed to execute portforward in network namespace "/var/run/netns/cni-${worker.uid.slice(0, 36)}": failed to connect to localhost:${port} inside namespace "${worker.uid}", IPv4: dial tcp4 127.0.0.1:${port}: connect: ${why} IPv6 dial tcp6: address localhost: no suitable address found `,
      );
    }
  }

  usage(): NodeUsage {
    const kubelet = this.#kubelet();
    const pods = [...kubelet.workers.values()].map((worker) => ({
      namespace: worker.pod.metadata.namespace ?? '',
      name: worker.pod.metadata.name,
      containers: worker.records
        .filter((r) => r.state === 'running' && r.live)
        .map((r) => ({ name: r.spec.name, ...usageOf(r.live) })),
    }));
    const all = pods.flatMap((p) => p.containers);
    return {
      cpu: 60_000_000 + all.reduce((sum, c) => sum + c.cpu, 0),
      memory: 480_000_000 + all.reduce((sum, c) => sum + c.memory, 0),
      pods: pods.filter((p) => p.containers.length > 0),
    };
  }

  page(method: string, target: string): Promise<KubeletPage> {
    return kubeletPage(this.#kubelet(), this, method, target);
  }

  #worker(pod: PodIdentity): PodWorker {
    const worker = this.#kubelet().worker(pod) ?? this.#kubelet().worker({ namespace: pod.namespace, name: pod.name });
    if (!worker) throw notFoundText(`pod "${pod.name}_${pod.namespace}" not found`);
    return worker;
  }

  #record(worker: PodWorker, pod: PodIdentity, name: string): ContainerRecord {
    const record = worker.record(name);
    if (!record)
      throw notFoundText(`container ${JSON.stringify(name)} not found in pod "${pod.name}_${pod.namespace}"`);
    return record;
  }

  async #live(pod: PodIdentity, name: string): Promise<Container> {
    const worker = this.#kubelet().worker(pod);
    await worker?.takenOver;
    const live = worker?.record(name)?.live;
    if (!live) throw notFoundText(`container not found (${JSON.stringify(name)})`);
    return live;
  }
}

function waitingForImage(reason: string): string {
  return reason === 'ErrImagePull' ? "image can't be pulled" : 'trying and failing to pull image';
}

/** What a container uses, as cgroups would tell: its image's usual needs and what its programs report. */
function usageOf(container: Container | undefined): { cpu: number; memory: number } {
  if (!container) return { cpu: 0, memory: 0 };
  return container.options.image.usage;
}
