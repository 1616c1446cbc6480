import { createHash } from 'node:crypto';
import { quantityMilliValue, quantityValue } from '../../machinery/quantity.ts';
import type { Pod } from '../../schema/generated/types.ts';
import type { Available } from '../images/catalogue.ts';
import { Container } from '../runtime/container.ts';
import type { Identity, Mount } from '../runtime/fs/file-system.ts';
import { normalize } from '../runtime/fs/file-system.ts';
import { capabilityMask } from './capabilities.ts';
import type { ContainerRecord } from './container-record.ts';
import { ContainerConfigError, expandReferences, makeEnvironment, type EnvironmentSources } from './environment.ts';
import { LayerFile } from './layer-file.ts';
import { PodLog } from './pod-log.ts';
import type { Sandbox } from './sandbox.ts';
import type { KubeletServices } from './services.ts';
import { subTree } from './sub-path.ts';
import { podDir, type MountedVolume } from './volumes.ts';

/** Everything of a container that has to be right before it can be created. */
export interface PreparedContainer {
  env: Map<string, string>;
  argv: string[];
  cwd: string;
  identity: Identity;
  mounts: Mount[];
}

/** Puts together a container's environment, command, user and mounts; throws a ContainerConfigError. */
export async function prepareContainer(
  pod: Pod,
  record: ContainerRecord,
  image: Available,
  sandbox: Sandbox,
  volumes: ReadonlyMap<string, MountedVolume>,
  sources: EnvironmentSources,
  kubelet: KubeletServices,
): Promise<PreparedContainer> {
  const { spec } = record;
  const own = await makeEnvironment(pod, spec, sources);
  const identity = identityOf(pod, record, image);
  const env = new Map<string, string>([...Object.entries(image.image.env), ['HOSTNAME', sandbox.hostname], ...own]);
  if (!env.has('HOME')) env.set('HOME', identity.uid === 0 ? '/root' : '/');
  const expand = (texts: readonly string[]) => texts.map((text) => expandReferences(text, own));
  const entrypoint = spec.command?.length ? expand(spec.command) : [...image.image.entrypoint];
  const args = spec.args?.length ? expand(spec.args) : spec.command?.length ? [] : [...image.image.cmd];
  return {
    env,
    argv: [...entrypoint, ...args],
    cwd: spec.workingDir ?? image.image.workingDir,
    identity,
    mounts: mountsOf(pod, record, sandbox, volumes, own, kubelet),
  };
}

function identityOf(pod: Pod, record: ContainerRecord, image: Available): Identity {
  const own = record.spec.securityContext;
  const shared = pod.spec.securityContext;
  const uid = own?.runAsUser ?? shared?.runAsUser ?? image.image.user.uid;
  const explicit = own?.runAsUser ?? shared?.runAsUser;
  const gid = own?.runAsGroup ?? shared?.runAsGroup ?? (explicit === undefined ? image.image.user.gid : 0);
  if (own?.runAsNonRoot ?? shared?.runAsNonRoot) {
    const about = `(pod: "${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})", container: ${record.spec.name})`;
    if (explicit === 0) throw new ContainerConfigError(`container's runAsUser breaks non-root policy ${about}`);
    if (explicit === undefined && image.image.user.name) {
      throw new ContainerConfigError(
        `container has runAsNonRoot and image has non-numeric user (${image.image.user.name}), cannot verify user is non-root ${about}`,
      );
    }
    if (uid === 0) throw new ContainerConfigError(`container has runAsNonRoot and image will run as root ${about}`);
  }
  const extra = [...(shared?.fsGroup === undefined ? [] : [shared.fsGroup]), ...(shared?.supplementalGroups ?? [])];
  const groups = [...new Set([gid, ...extra])].sort((a, b) => a - b);
  record.user = { uid, gid, supplementalGroups: groups };
  return { uid, gid, groups };
}

function mountsOf(
  pod: Pod,
  record: ContainerRecord,
  sandbox: Sandbox,
  volumes: ReadonlyMap<string, MountedVolume>,
  env: ReadonlyMap<string, string>,
  kubelet: KubeletServices,
): Mount[] {
  const { disk } = kubelet;
  const file = (path: string, at: string): Mount => ({
    path: at,
    tree: disk.tree(path),
    readOnly: false,
    fsType: 'ext4',
  });
  const places = `${podDir(pod.metadata.uid ?? '')}/volume-subpaths`;
  const mounts: Mount[] = [
    file(sandbox.hostsFile, '/etc/hosts'),
    file(sandbox.resolvFile, '/etc/resolv.conf'),
    file(sandbox.hostnameFile, '/etc/hostname'),
  ];
  for (const [i, mount] of (record.spec.volumeMounts ?? []).entries()) {
    const volume = volumes.get(mount.name);
    if (!volume) continue;
    const subPath = mount.subPathExpr ? expandReferences(mount.subPathExpr, env) : mount.subPath;
    if (subPath?.startsWith('/'))
      throw new ContainerConfigError(`subPath ${JSON.stringify(subPath)} must not be an absolute path: ${subPath}`);
    if (subPath !== undefined && subPath.split('/').includes('..'))
      throw new ContainerConfigError(`must not contain '..'`);
    mounts.push({
      path: normalize(mount.mountPath),
      tree: subPath ? subTree(disk, volume, subPath, `${places}/${mount.name}/${record.spec.name}/${i}`) : volume.tree,
      readOnly: mount.readOnly === true || volume.readOnly,
      fsType: volume.fsType,
    });
  }
  const message = `${podDir(pod.metadata.uid ?? '')}/containers/${record.spec.name}/${record.restarts.toString(16).padStart(8, '0')}`;
  disk.write(message, '', 0o666);
  mounts.push(file(message, record.spec.terminationMessagePath ?? '/dev/termination-log'));
  return mounts;
}

/** Where a container's log lies: `/var/log/pods/<namespace>_<name>_<uid>/<container>/<restart>.log`. */
export function logPath(pod: Pod, container: string, restarts: number): string {
  const { namespace, name, uid } = pod.metadata;
  return `/var/log/pods/${namespace}_${name}_${uid}/${container}/${restarts}.log`;
}

/** Starts a prepared container; throws a StartError. */
export function startContainer(
  pod: Pod,
  record: ContainerRecord,
  image: Available,
  prepared: PreparedContainer,
  sandbox: Sandbox,
  kubelet: KubeletServices,
  adopted: boolean,
): Container {
  const { spec } = record;
  const { disk, clock, random } = kubelet;
  const path = logPath(pod, spec.name, record.restarts);
  record.log = new PodLog(disk, clock, path, adopted);
  const link = `/var/log/containers/${pod.metadata.name}_${pod.metadata.namespace}_${spec.name}-${record.id}.log`;
  disk.fs.mkdir('/var/log/containers', { recursive: true });
  if (!disk.fs.exists(link)) disk.fs.symlink(path, link);
  const layers = `${podDir(pod.metadata.uid ?? '')}/layers/${spec.name}`;
  if (!adopted) disk.remove(layers);
  record.layer = new LayerFile(disk, clock, `${layers}/${record.id}`);
  const { memory, cpu } = spec.resources?.limits ?? {};
  const security = spec.securityContext;
  return new Container({
    image: image.image,
    argv: prepared.argv,
    env: prepared.env,
    cwd: prepared.cwd,
    identity: prepared.identity,
    mounts: prepared.mounts,
    readOnlyRoot: security?.readOnlyRootFilesystem ?? false,
    hostname: sandbox.hostname,
    net: sandbox.net,
    ...(sandbox.processes ? { processes: sandbox.processes } : {}),
    limits: {
      ...(memory ? { memory: quantityValue(memory) } : {}),
      ...(cpu ? { cpu: quantityMilliValue(cpu) / 1000 } : {}),
    },
    capEff: capabilityMask(security, prepared.identity.uid),
    noNewPrivs: security?.allowPrivilegeEscalation === false,
    stdin: spec.stdin && spec.stdinOnce ? 'once' : (spec.stdin ?? false),
    tty: spec.tty ?? false,
    stdout: record.log.output('stdout'),
    stderr: record.log.output('stderr'),
    clock,
    random,
    node: kubelet.facilities,
    layer: record.layer,
  });
}

/** A new container id: 64 hexadecimal digits. */
export function newContainerId(kubelet: KubeletServices): string {
  return createHash('sha256').update(kubelet.random.bytes(16)).digest('hex');
}

/** The last words of a container: its message file, or the end of its log when its policy says so. */
export function terminationMessage(
  pod: Pod,
  record: ContainerRecord,
  exitCode: number,
  kubelet: KubeletServices,
): string | undefined {
  const path = `${podDir(pod.metadata.uid ?? '')}/containers/${record.spec.name}/${record.restarts.toString(16).padStart(8, '0')}`;
  const text = kubelet.disk.read(path)?.slice(0, 4096);
  if (text) return text;
  if (record.spec.terminationMessagePolicy !== 'FallbackToLogsOnError' || exitCode === 0 || !record.log)
    return undefined;
  const lines = (kubelet.disk.read(record.log.path) ?? '').split('\n').filter(Boolean).slice(-80);
  return (
    lines
      // A partial line goes on in the next.
      .map((line) => line.replace(/^\S+ \S+ ([FP])\S* ?/, '$1'))
      .map((line) => `${line.slice(1)}${line.startsWith('P') ? '' : '\n'}`)
      .join('')
      .slice(-2048) || undefined
  );
}
