import { quantityMilliValue, quantityNanos, quantityValue } from '../../machinery/quantity.ts';
import type {
  ConfigMap,
  Container,
  EnvVarSource,
  ObjectFieldSelector,
  Pod,
  ResourceFieldSelector,
  Secret,
  Service,
} from '../../schema/generated/types.ts';

/** A container cannot be configured; the message stands in its waiting state (CreateContainerConfigError). */
export class ContainerConfigError extends Error {}

/** Where the kubelet finds what variables come from. Answers undefined for objects that do not exist. */
export interface EnvironmentSources {
  configMap(name: string): Promise<ConfigMap | undefined>;
  secret(name: string): Promise<Secret | undefined>;
  services(): readonly Service[];
  podIP: string;
  hostIP: string;
  nodeName: string;
  allocatable: Readonly<Record<string, string>>;
}

/** The environment of a container, in the order that later entries win. Source: kubelet's makeEnvironmentVariables. */
export async function makeEnvironment(
  pod: Pod,
  container: Container,
  sources: EnvironmentSources,
): Promise<Map<string, string>> {
  const env = serviceVariables(pod, sources.services());
  for (const from of container.envFrom ?? []) {
    const data = from.configMapRef
      ? await configMapData(pod, from.configMapRef.name ?? '', from.configMapRef.optional, sources)
      : await secretData(pod, from.secretRef?.name ?? '', from.secretRef?.optional, sources);
    for (const [key, value] of Object.entries(data)) env.set(`${from.prefix ?? ''}${key}`, value);
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const text = valueFrom ? await valueOf(pod, container, valueFrom, sources) : expandReferences(value ?? '', env);
    if (text !== undefined) env.set(name, text);
  }
  return env;
}

/** Replaces `$(NAME)` where NAME is known; `$$(NAME)` stands for itself without a `$`. */
export function expandReferences(text: string, env: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) =>
    whole === '$$' ? '$' : (env.get(name ?? '') ?? whole),
  );
}

async function configMapData(
  pod: Pod,
  name: string,
  optional: boolean | undefined,
  sources: EnvironmentSources,
): Promise<Record<string, string>> {
  const map = await sources.configMap(name);
  if (!map && !optional) throw new ContainerConfigError(`configmap ${JSON.stringify(name)} not found`);
  return map?.data ?? {};
}

async function secretData(
  pod: Pod,
  name: string,
  optional: boolean | undefined,
  sources: EnvironmentSources,
): Promise<Record<string, string>> {
  const secret = await sources.secret(name);
  if (!secret && !optional) throw new ContainerConfigError(`secret ${JSON.stringify(name)} not found`);
  return Object.fromEntries(Object.entries(secret?.data ?? {}).map(([k, v]) => [k, decode(v)]));
}

const decode = (text: string) => Buffer.from(text, 'base64').toString('utf8');

async function valueOf(
  pod: Pod,
  container: Container,
  from: EnvVarSource,
  sources: EnvironmentSources,
): Promise<string | undefined> {
  const namespace = pod.metadata.namespace ?? '';
  if (from.fieldRef) return fieldValue(pod, from.fieldRef, sources);
  if (from.resourceFieldRef) return resourceValue(pod, container, from.resourceFieldRef, sources.allocatable);
  if (from.configMapKeyRef) {
    const { name = '', key, optional } = from.configMapKeyRef;
    const map = await sources.configMap(name);
    if (!map) {
      if (optional) return undefined;
      throw new ContainerConfigError(`configmap ${JSON.stringify(name)} not found`);
    }
    const value = map.data?.[key];
    if (value === undefined && !optional)
      throw new ContainerConfigError(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
    return value;
  }
  if (from.secretKeyRef) {
    const { name = '', key, optional } = from.secretKeyRef;
    const secret = await sources.secret(name);
    if (!secret) {
      if (optional) return undefined;
      throw new ContainerConfigError(`secret ${JSON.stringify(name)} not found`);
    }
    const value = secret.data?.[key];
    if (value === undefined && !optional)
      throw new ContainerConfigError(`couldn't find key ${key} in Secret ${namespace}/${name}`);
    return value === undefined ? undefined : decode(value);
  }
  return undefined;
}

/** The value of a downward API field: of a variable, or of a file in a volume. */
export function fieldValue(
  pod: Pod,
  { fieldPath }: ObjectFieldSelector,
  sources: Pick<EnvironmentSources, 'podIP' | 'hostIP' | 'nodeName'>,
): string {
  const { metadata, spec } = pod;
  const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(fieldPath);
  if (subscript)
    return (subscript[1] === 'labels' ? metadata.labels : metadata.annotations)?.[subscript[2] ?? ''] ?? '';
  switch (fieldPath) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return formatMap(metadata.labels);
    case 'metadata.annotations':
      return formatMap(metadata.annotations);
    case 'spec.nodeName':
      return sources.nodeName;
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? '';
    case 'status.hostIP':
    case 'status.hostIPs':
      return sources.hostIP;
    case 'status.podIP':
    case 'status.podIPs':
      return sources.podIP;
    default:
      return '';
  }
}

function formatMap(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${k}=${JSON.stringify(v)}`)
    .join('\n');
}

/** A container's limit or request in units of the divisor, rounded up; without a limit what the node can give. */
export function resourceValue(
  pod: Pod,
  container: Container | undefined,
  { resource, divisor }: ResourceFieldSelector,
  allocatable: Readonly<Record<string, string>>,
): string {
  const [list, name = ''] = resource.split(/\.(.*)/s);
  const limit = container?.resources?.limits?.[name];
  const request = container?.resources?.requests?.[name];
  const text = list === 'limits' ? (limit ?? allocatable[name]) : (request ?? '0');
  const unit = divisor && divisor !== '0' ? divisor : '1';
  if (name === 'cpu') return String(Math.ceil(quantityMilliValue(text) / quantityMilliValue(unit)));
  const size = quantityNanos(unit);
  return size === 0n ? String(quantityValue(text)) : String((quantityNanos(text) + size - 1n) / size);
}

/** `FOO_SERVICE_HOST` and the Docker-links variables of the pod's namespace's services, and of `kubernetes`. */
function serviceVariables(pod: Pod, services: readonly Service[]): Map<string, string> {
  const env = new Map<string, string>();
  const visible = services.filter((service) => {
    const { clusterIP, type } = service.spec ?? {};
    if (!clusterIP || clusterIP === 'None' || type === 'ExternalName') return false;
    const { namespace, name } = service.metadata;
    if (namespace === 'default' && name === 'kubernetes') return true;
    return namespace === pod.metadata.namespace && pod.spec.enableServiceLinks !== false;
  });
  // A service named `kubernetes` in the pod's own namespace hides the cluster's.
  visible.sort(
    (a, b) =>
      (a.metadata.namespace === pod.metadata.namespace ? 1 : 0) -
      (b.metadata.namespace === pod.metadata.namespace ? 1 : 0),
  );
  for (const { metadata, spec } of visible) {
    const prefix = metadata.name.toUpperCase().replace(/-/g, '_');
    const ip = spec?.clusterIP ?? '';
    const [first] = spec?.ports ?? [];
    if (!first) continue;
    env.set(`${prefix}_SERVICE_HOST`, ip);
    env.set(`${prefix}_SERVICE_PORT`, String(first.port));
    for (const port of spec?.ports ?? []) {
      if (port.name) env.set(`${prefix}_SERVICE_PORT_${port.name.toUpperCase().replace(/-/g, '_')}`, String(port.port));
    }
    for (const [i, port] of (spec?.ports ?? []).entries()) {
      const protocol = port.protocol ?? 'TCP';
      const url = `${protocol.toLowerCase()}://${ip}:${port.port}`;
      if (i === 0) env.set(`${prefix}_PORT`, url);
      const name = `${prefix}_PORT_${port.port}_${protocol}`;
      env.set(name, url);
      env.set(`${name}_PROTO`, protocol.toLowerCase());
      env.set(`${name}_PORT`, String(port.port));
      env.set(`${name}_ADDR`, ip);
    }
  }
  return env;
}
