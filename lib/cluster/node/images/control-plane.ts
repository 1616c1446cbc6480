import { readProjectJson } from '../../../kit/project-file.ts';
import type { HttpResponse } from '../../network/stack.ts';
import type { TlsIdentity } from '../../network/tls.ts';
import type { ComponentHandle, ComponentName } from '../control-plane.ts';
import { RELEASES } from '../releases.ts';
import { listenHttp } from '../runtime/programs/listen.ts';
import type { Process, Program } from '../runtime/process.ts';
import { parseFlags } from '../kubelet/config.ts';
import { etcdPage } from './pages/etcd.ts';
import { defineImage, type Image } from './image.ts';

let known: Record<string, readonly string[]> | undefined;

/** The first flag of a command line that the component does not have. */
function unknownFlag(component: ComponentName, args: readonly string[]): string | undefined {
  known ??= readProjectJson('lib/cluster/schema/facts', 'component-flags.json') as Record<string, readonly string[]>;
  const flags = new Set((known[component] ?? []).map((flag) => flag.replace(/^--/, '')));
  if (flags.size === 0) return undefined;
  return [...parseFlags(args).keys()].find((flag) => !flags.has(flag));
}

/** Writes a file of the container; directories that are missing are made. */
function write(p: Process, path: string, data: string, options: { mode: number; append?: boolean }): void {
  for (let at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1))
    if (!p.fs.exists(path.slice(0, at))) p.fs.mkdir(path.slice(0, at), { mode: 0o700 });
  p.fs.writeFile(path, data, options);
}

/** A program of the control plane: checks its flags, then runs outside of the container with the container's files. */
function component(name: ComponentName): Program {
  return async (p, args) => {
    const unknown = unknownFlag(name, args);
    if (unknown !== undefined) {
      await p.warn(
        name === 'etcd' ? `flag provided but not defined: -${unknown}\n` : `Error: unknown flag: --${unknown}\n`,
      );
      return name === 'etcd' ? 2 : 1;
    }
    const { node } = p.world;
    const flags = parseFlags(args);
    const handle = node.controlPlane.start(name, {
      node: node.name,
      onHost: p.world.net === node.hostNetwork,
      args,
      flags,
      readFile: (path) => {
        try {
          return p.fs.readFile(path);
        } catch {
          return undefined;
        }
      },
      writeFile: (path, data, mode) => write(p, path, data, { mode }),
      appendFile: (path, data, mode) => write(p, path, data, { mode, append: true }),
      hostPath: (path) => node.hostPath(p.fs, path),
      log: (line) => void p.stderr.write(`${line}\n`),
      exited: (code) => p.end({ code }),
    });
    p.signal.addEventListener('abort', () => handle.stop());
    if (!p.alive) return 0;
    for (const signal of ['TERM', 'INT'] as const) p.on(signal, () => p.end({ code: 0 }));
    for (const { tls, ...place } of placesOf(name, flags)) {
      try {
        listenHttp(p, {
          ...place,
          ...(tls && { tls: () => shown(p, flags) ?? handle.tls?.() }),
          handler: ({ target }) => (name === 'etcd' ? etcdPage(target, tls) : health(handle, target)),
        });
      } catch {
        const address = `${place.address ?? '0.0.0.0'}:${place.port}`;
        await p.warn(
          `E run.go:72] "command failed" err="failed to listen on ${address}: listen tcp ${address}: bind: address already in use"\n`,
        );
        return 1;
      }
    }
    return p.forever();
  };
}

/** Its health is open to all, whatever else there is is not. */
function health(handle: ComponentHandle, target: string): HttpResponse {
  const [path = ''] = target.split('?');
  if (/^\/(healthz|livez|readyz)(\/|$)/.test(path))
    return handle.healthy(target) ? { status: 200, body: 'ok' } : { status: 500, body: 'not ok' };
  const message = `forbidden: User "system:anonymous" cannot get path ${JSON.stringify(path)}`;
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: 'Forbidden' };
  return {
    status: 403,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ...status, details: {}, code: 403 }),
  };
}

interface Place {
  port: number;
  address?: string;
  tls: boolean;
}

const USUAL_PORTS = { 'kube-apiserver': 6443, 'kube-scheduler': 10_259, 'kube-controller-manager': 10_257 };

function placesOf(name: ComponentName, flags: ReadonlyMap<string, string>): Place[] {
  if (name !== 'etcd') return [{ port: Number(flags.get('secure-port') ?? USUAL_PORTS[name]), tls: true }];
  const client = flags.get('listen-client-urls') ?? 'http://localhost:2379';
  return [client, flags.get('listen-metrics-urls') ?? ''].flatMap((urls) =>
    urls.split(',').flatMap((text) => {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      if (!url) return [];
      const address = url.hostname === 'localhost' ? '127.0.0.1' : url.hostname;
      return [{ port: Number(url.port), address, tls: url.protocol === 'https:' }];
    }),
  );
}

/** The certificate that the flags name, and whose clients it knows. */
function shown(p: Process, flags: ReadonlyMap<string, string>): TlsIdentity | undefined {
  const text = (...names: string[]) => {
    const path = names.map((flag) => flags.get(flag)).find((value) => value !== undefined);
    return path !== undefined && p.fs.exists(path) ? p.fs.readText(path) : undefined;
  };
  const cert = text('tls-cert-file', 'cert-file');
  const key = text('tls-private-key-file', 'key-file');
  const clientCa = text('client-ca-file', 'trusted-ca-file');
  if (cert === undefined || key === undefined) return undefined;
  return {
    cert,
    key,
    ...(clientCa === undefined ? {} : { clientCa }),
    ...(flags.get('client-cert-auth') === 'true' ? { clientRequired: true } : {}),
  };
}

function controlPlaneImage(name: ComponentName, tags: readonly string[], size: number, usage: Image['usage']): Image {
  return defineImage({
    repository: `registry.k8s.io/${name}`,
    tags,
    size,
    entrypoint: name === 'etcd' ? [] : [`/usr/local/bin/${name}`],
    programs: new Map([[`/usr/local/bin/${name}`, component(name)]]),
    usage,
  });
}

/** Versions that a cluster may run or be upgraded through. */
const VERSIONS = [...RELEASES.map((release) => `v${release}`), 'v1.37.0'];

export const kubeApiserver = controlPlaneImage('kube-apiserver', VERSIONS, 42_919_106, {
  memory: 355_000_000,
  cpu: 45_000_000,
});
export const kubeScheduler = controlPlaneImage('kube-scheduler', VERSIONS, 33_159_010, {
  memory: 73_000_000,
  cpu: 4_000_000,
});
export const kubeControllerManager = controlPlaneImage('kube-controller-manager', VERSIONS, 39_548_836, {
  memory: 127_000_000,
  cpu: 15_000_000,
});
export const etcd = controlPlaneImage('etcd', ['3.6.8-0', '3.6.6-0', '3.6.5-0', '3.6.4-0'], 34_311_712, {
  memory: 67_000_000,
  cpu: 20_000_000,
});
