import { digestOf } from '../images/catalogue.ts';
import { images } from '../images/index.ts';
import type { PodWorker } from '../kubelet/pod-worker.ts';
import { logPath } from '../kubelet/container-starter.ts';
import { parseLog } from '../kubelet/pod-log.ts';
import { options } from '../runtime/programs/options.ts';
import type { NodeTool } from './node-tool.ts';

function age(ms: number, now: number): string {
  const s = Math.max(Math.floor((now - ms) / 1000), 0);
  if (s < 60) return s <= 1 ? 'About a second ago' : `${s} seconds ago`;
  if (s < 3600) return s < 120 ? 'About a minute ago' : `${Math.floor(s / 60)} minutes ago`;
  return s < 7200 ? 'About an hour ago' : `${Math.floor(s / 3600)} hours ago`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((r) => (r[i] ?? '').length))) ?? [];
  return rows
    .map(
      (r) =>
        `${r
          .map((c, i) => c.padEnd((widths[i] ?? 0) + 4))
          .join('')
          .trimEnd()}\n`,
    )
    .join('');
}

const sandboxId = (worker: PodWorker) => Buffer.from(worker.uid.replace(/-/g, '')).toString('hex').slice(0, 13);

interface Row {
  id: string;
  image: string;
  created: number;
  state: 'Running' | 'Exited';
  name: string;
  attempt: number;
  worker: PodWorker;
}

function containersOf(workers: Iterable<PodWorker>): Row[] {
  return [...workers]
    .flatMap((worker) =>
      worker.records.flatMap((r): Row[] => {
        const rows: Row[] = [];
        const base = { image: r.image ?? '', name: r.spec.name, worker };
        if (r.last)
          rows.push({
            ...base,
            id: r.last.id,
            created: r.last.startedAt,
            state: 'Exited',
            attempt: Math.max(r.restarts - 1, 0),
          });
        if (r.state === 'running')
          rows.push({ ...base, id: r.id ?? '', created: r.startedAt, state: 'Running', attempt: r.restarts });
        else if (r.terminated)
          rows.push({
            ...base,
            id: r.terminated.id,
            created: r.terminated.startedAt,
            state: 'Exited',
            attempt: r.restarts,
          });
        return rows;
      }),
    )
    .sort((a, b) => b.created - a.created);
}

/** The container runtime's client. Reads what the kubelet's runtime runs. */
export const crictl: NodeTool = {
  name: 'crictl',
  async run(args, io, { units, disk, clock }) {
    const verbAt = args.findIndex(
      (a, i) =>
        !a.startsWith('-') && !['-r', '-i', '--runtime-endpoint', '--image-endpoint'].includes(args[i - 1] ?? ''),
    );
    const verb = args[verbAt] ?? '';
    const { flags, values, operands } = options(args.slice(verbAt + 1), 'o');
    if (units.state('containerd.service').active !== 'active') {
      await io.err(
        'FATA[0000] validate service connection: validate CRI v1 runtime API for endpoint "unix:///run/containerd/containerd.sock": rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"\n',
      );
      return 1;
    }
    const workers = [...(units.kubelet?.workers.values() ?? [])];
    const now = clock.now();
    switch (verb) {
      case 'ps': {
        const name = values.get('name');
        const rows = containersOf(workers).filter(
          (r) => (flags.has('a') || flags.has('all') || r.state === 'Running') && (!name || r.name.includes(name)),
        );
        if (flags.has('q') || flags.has('quiet')) await io.out(rows.map((r) => `${r.id}\n`).join(''));
        else {
          await io.out(
            table([
              ['CONTAINER', 'IMAGE', 'CREATED', 'STATE', 'NAME', 'ATTEMPT', 'POD ID', 'POD', 'NAMESPACE'],
              ...rows.map((r) => [
                r.id.slice(0, 13),
                r.image,
                age(r.created, now),
                r.state,
                r.name,
                String(r.attempt),
                sandboxId(r.worker),
                r.worker.pod.metadata.name,
                r.worker.pod.metadata.namespace ?? '',
              ]),
            ]),
          );
        }
        return 0;
      }
      case 'pods': {
        const rows = workers.filter((w) => w.sandbox).sort((a, b) => b.startTime - a.startTime);
        await io.out(
          table([
            ['POD ID', 'CREATED', 'STATE', 'NAME', 'NAMESPACE', 'ATTEMPT', 'RUNTIME'],
            ...rows.map((w) => [
              sandboxId(w),
              age(w.startTime, now),
              w.finished ? 'NotReady' : 'Ready',
              w.pod.metadata.name,
              w.pod.metadata.namespace ?? '',
              '0',
              '(default)',
            ]),
          ]),
        );
        return 0;
      }
      case 'images':
      case 'img':
        await io.out(
          table([
            ['IMAGE', 'TAG', 'IMAGE ID', 'SIZE'],
            ...images.flatMap((image) =>
              image.tags.map((tag) => [
                image.repository,
                tag,
                digestOf(image, tag).slice(7, 20),
                `${(image.size / 1e6).toFixed(1)}MB`,
              ]),
            ),
          ]),
        );
        return 0;
      case 'logs': {
        const row = containersOf(workers).find((r) => r.id.startsWith(operands[0] ?? '-'));
        if (!row) {
          await io.err(
            `E0101 00:00:00.000000       1 log.go:32] "ContainerStatus from runtime service failed" err="rpc error: code = NotFound desc = an error occurred when try to find container \\"${operands[0]}\\": not found" containerID="${operands[0]}"\nFATA[0000] rpc error: code = NotFound desc = an error occurred when try to find container "${operands[0]}": not found\n`,
          );
          return 1;
        }
        const lines = parseLog(disk.read(logPath(row.worker.pod, row.name, row.attempt)) ?? '');
        const tail = values.has('tail') ? Number(values.get('tail')) : undefined;
        for (const line of tail === undefined ? lines : lines.slice(-tail))
          await (line.stream === 'stderr' ? io.err : io.out)(`${line.text}\n`);
        return 0;
      }
      case 'stop':
      case 'rm': {
        for (const id of operands) {
          const row = containersOf(workers).find((r) => r.id.startsWith(id));
          row?.worker.record(row.name)?.live?.signal(verb === 'stop' ? 'TERM' : 'KILL');
          await io.out(`${id}\n`);
        }
        return 0;
      }
      case 'version':
        await io.out('Version:  0.1.0\nRuntimeName:  containerd\nRuntimeVersion:  2.2.1\nRuntimeApiVersion:  v1\n');
        return 0;
      default:
        await io.err(`crictl ${verb} is not simulated by Drydock\n`);
        return 1;
    }
  },
};
