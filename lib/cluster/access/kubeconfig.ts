import { parse } from 'yaml';
import type { Credentials } from '../client/transport.ts';
import { isJsonObject, type JsonObject } from '../machinery/object.ts';

export interface KubeconfigInput {
  /** The cluster's name, e.g. `kubernetes`. */
  cluster: string;
  server: string;
  user: string;
  /** PEM. */
  ca: string;
  /** Embedded credentials, PEM … */
  cert?: string;
  key?: string;
  /** … or the path of one file that holds both. */
  certFile?: string;
  /** Joined nodes name cluster and context otherwise than kubeadm init does. */
  controlPlane?: boolean;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** A kubeconfig as kubeadm writes it: same keys, same order. */
export function formatKubeconfig(input: KubeconfigInput): string {
  const joined = input.controlPlane === false;
  const cluster = joined ? 'default-cluster' : input.cluster;
  const context = joined ? 'default-context' : `${input.user}@${input.cluster}`;
  const namespace = joined ? '\n    namespace: default' : '';
  const user = input.certFile
    ? `    client-certificate: ${input.certFile}\n    client-key: ${input.certFile}`
    : `    client-certificate-data: ${base64(input.cert ?? '')}\n    client-key-data: ${base64(input.key ?? '')}`;
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${base64(input.ca)}
    server: ${input.server}
  name: ${cluster}
contexts:
- context:
    cluster: ${cluster}${namespace}
    user: ${input.user}
  name: ${context}
current-context: ${context}
kind: Config
users:
- name: ${input.user}
  user:
${user}
`;
}

export type KubeconfigReading = { ok: true; credentials: Credentials } | { ok: false; error: string };

const named = (list: unknown, name: unknown, member: string): JsonObject | undefined => {
  const entry: unknown = Array.isArray(list) ? list.find((e) => isJsonObject(e) && e.name === name) : undefined;
  const value = isJsonObject(entry) ? entry[member] : undefined;
  return isJsonObject(value) ? value : undefined;
};

/**
 * The credentials of a kubeconfig's current context, with the messages client-go gives for broken ones. `readFile` reads
 * from the disk of the node that the kubeconfig is on; undefined when there is no such file.
 */
export function readKubeconfig(text: string, readFile: (path: string) => string | undefined): KubeconfigReading {
  let config: unknown;
  try {
    config = parse(text);
  } catch (err) {
    return { ok: false, error: `error loading config file: yaml: ${err instanceof Error ? err.message : String(err)}` };
  }
  if (!isJsonObject(config)) return { ok: false, error: 'invalid configuration: no configuration has been provided' };
  const current = config['current-context'];
  const context = named(config.contexts, current, 'context');
  if (!context)
    return {
      ok: false,
      error: `invalid configuration: context was not found for specified context: ${typeof current === 'string' ? current : ''}`,
    };
  const cluster = named(config.clusters, context.cluster, 'cluster');
  const user = named(config.users, context.user, 'user') ?? {};
  if (!cluster || typeof cluster.server !== 'string')
    return { ok: false, error: 'invalid configuration: no server found for cluster "' + String(context.cluster) + '"' };
  const credentials: Credentials = { server: cluster.server };
  const members: [JsonObject, string, 'certificateAuthority' | 'clientCertificate' | 'clientKey'][] = [
    [cluster, 'certificate-authority', 'certificateAuthority'],
    [user, 'client-certificate', 'clientCertificate'],
    [user, 'client-key', 'clientKey'],
  ];
  for (const [holder, field, into] of members) {
    const data = holder[`${field}-data`];
    const path = holder[field];
    if (typeof data === 'string') credentials[into] = Buffer.from(data, 'base64').toString();
    else if (typeof path === 'string') {
      const content = readFile(path);
      if (content === undefined) {
        const owner = holder === cluster ? `cluster "${String(context.cluster)}"` : `user "${String(context.user)}"`;
        return {
          ok: false,
          error: `invalid configuration: unable to read ${field} ${path} for ${owner}: open ${path}: no such file or directory`,
        };
      }
      credentials[into] = content;
    }
  }
  if (typeof user.token === 'string') credentials.token = user.token;
  return { ok: true, credentials };
}
