import { parse } from 'yaml';
import { deepFreeze } from '../../../kit/deep.ts';
import { Recent } from '../../../kit/recent.ts';
import type { Credentials } from '../../client/transport.ts';
import { isJsonObject, type JsonObject } from '../../machinery/object.ts';
import type { Disk } from '../machine.ts';

/** What a kubelet runs with: its flags and its configuration file. */
export interface KubeletConfig {
  /** The whole file, as it stands. */
  file: JsonObject;
  kubeconfig: string;
  clusterDNS: readonly string[];
  clusterDomain: string;
  staticPodPath: string | undefined;
  maxPods: number;
  port: number;
  healthzPort: number;
  hostnameOverride: string | undefined;
  nodeLabels: Readonly<Record<string, string>>;
  registerWithTaints: { key: string; value?: string; effect: string }[];
  nodeIp: string | undefined;
  containerRuntimeEndpoint: string;
  resolvConf: string;
}

/** A fault that ends the kubelet at its start; the message stands behind `err=` in its log. */
export class ConfigError extends Error {}

/** Configurations of many nodes are the same text. */
const parsed = new Recent<unknown>(8);

const DEFAULT_CONFIG = '/var/lib/kubelet/config.yaml';

/** Reads `--name=value` and `--name value`. */
export function parseFlags(args: readonly string[]): Map<string, string> {
  const flags = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const match = /^--?([^=]+)(?:=(.*))?$/s.exec(args[i] ?? '');
    if (!match?.[1]) continue;
    const next = args[i + 1];
    if (match[2] !== undefined) flags.set(match[1], match[2]);
    else if (next !== undefined && !next.startsWith('-')) {
      flags.set(match[1], next);
      i++;
    } else flags.set(match[1], 'true');
  }
  return flags;
}

/** Reads the configuration that the flags point at; throws a ConfigError as the kubelet fails. */
export function readConfig(disk: Disk, args: readonly string[]): KubeletConfig {
  const flags = parseFlags(args);
  const path = flags.get('config') ?? DEFAULT_CONFIG;
  const text = disk.read(path);
  if (text === undefined) {
    throw new ConfigError(
      `failed to load kubelet config file, path: ${path}, error: failed to load Kubelet config file ${path}, error failed to read kubelet config file "${path}", error: open ${path}: no such file or directory`,
    );
  }
  let config: unknown;
  try {
    config = parsed.of(text, () => deepFreeze(parse(text) as unknown));
  } catch (err) {
    throw new ConfigError(
      `failed to load kubelet config file, path: ${path}, error: failed to load Kubelet config file ${path}, error failed to decode: yaml: ${err instanceof Error ? err.message.split('\n')[0] : ''}`,
    );
  }
  if (!isJsonObject(config) || config.kind !== 'KubeletConfiguration') {
    const kind = isJsonObject(config) && typeof config.kind === 'string' ? config.kind : '';
    throw new ConfigError(
      `failed to load kubelet config file, path: ${path}, error: failed to load Kubelet config file ${path}, error no kind "${kind}" is registered for version "kubelet.config.k8s.io/v1beta1" in scheme`,
    );
  }
  const clientCa = stringAt(config, 'authentication', 'x509', 'clientCAFile');
  if (clientCa && disk.read(clientCa) === undefined) {
    throw new ConfigError(
      `failed to construct kubelet dependencies: unable to load client CA file ${clientCa}: open ${clientCa}: no such file or directory`,
    );
  }
  return {
    file: config,
    kubeconfig: flags.get('kubeconfig') ?? '/etc/kubernetes/kubelet.conf',
    clusterDNS: Array.isArray(config.clusterDNS) ? config.clusterDNS.map(String) : [],
    clusterDomain: stringAt(config, 'clusterDomain') ?? 'cluster.local',
    staticPodPath: stringAt(config, 'staticPodPath') ?? flags.get('pod-manifest-path'),
    maxPods: numberAt(config, 'maxPods') ?? 110,
    port: numberAt(config, 'port') ?? 10_250,
    healthzPort: numberAt(config, 'healthzPort') ?? 10_248,
    hostnameOverride: flags.get('hostname-override'),
    nodeLabels: Object.fromEntries(
      (flags.get('node-labels') ?? '')
        .split(',')
        .filter(Boolean)
        .map((pair) => [pair.split('=')[0] ?? '', pair.split('=').slice(1).join('=')]),
    ),
    registerWithTaints: Array.isArray(config.registerWithTaints)
      ? (config.registerWithTaints as { key: string; effect: string }[])
      : [],
    nodeIp: flags.get('node-ip'),
    containerRuntimeEndpoint:
      stringAt(config, 'containerRuntimeEndpoint') ?? flags.get('container-runtime-endpoint') ?? '',
    resolvConf: stringAt(config, 'resolvConf') ?? '/etc/resolv.conf',
  };
}

function stringAt(object: JsonObject, ...path: string[]): string | undefined {
  let value: unknown = object;
  for (const name of path) value = isJsonObject(value) ? value[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberAt(object: JsonObject, name: string): number | undefined {
  const value = object[name];
  return typeof value === 'number' && value > 0 ? value : undefined;
}

/** The credentials of a kubeconfig's current context; files that it names are read through `read`. */
export function readKubeconfig(text: string, read: (path: string) => string | undefined): Credentials {
  const config: unknown = parse(text);
  const named = (list: unknown, name: unknown, part: string): JsonObject => {
    const entry = Array.isArray(list) ? list.find((e) => isJsonObject(e) && e.name === name) : undefined;
    const value = isJsonObject(entry) ? entry[part] : undefined;
    return isJsonObject(value) ? value : {};
  };
  if (!isJsonObject(config)) throw new ConfigError('invalid configuration: no configuration has been provided');
  const context = named(config.contexts, config['current-context'], 'context');
  const cluster = named(config.clusters, context.cluster, 'cluster');
  const user = named(config.users, context.user, 'user');
  const content = (holder: JsonObject, name: string): string | undefined => {
    const data = holder[`${name}-data`];
    if (typeof data === 'string') return Buffer.from(data, 'base64').toString('utf8');
    const path = holder[name];
    if (typeof path !== 'string') return undefined;
    const file = read(path);
    if (file === undefined) {
      throw new ConfigError(
        `invalid configuration: [unable to read ${name} ${path} for ${String(context.user)} due to open ${path}: no such file or directory]`,
      );
    }
    return file;
  };
  const tokenFile = user.tokenFile;
  const token =
    typeof user.token === 'string' ? user.token : typeof tokenFile === 'string' ? read(tokenFile)?.trim() : undefined;
  return {
    server: typeof cluster.server === 'string' ? cluster.server : '',
    certificateAuthority: content(cluster, 'certificate-authority'),
    insecure: cluster['insecure-skip-tls-verify'] === true,
    clientCertificate: content(user, 'client-certificate'),
    clientKey: content(user, 'client-key'),
    token,
  };
}
