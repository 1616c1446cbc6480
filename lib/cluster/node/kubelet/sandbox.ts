import type { Pod } from '../../schema/generated/types.ts';
import type { HostNetwork, HostPort, PodNetwork } from '../../network/network.ts';
import type { NetStack, PodEndpoint, Protocol } from '../../network/stack.ts';
import type { Disk } from '../machine.ts';
import type { ProcessTable } from '../runtime/process-table.ts';
import type { KubeletConfig } from './config.ts';
import { podDir } from './volumes.ts';

/** What the containers of a pod share: its network, its name, its generated files. */
export interface Sandbox {
  net: NetStack;
  ip: string;
  hostname: string;
  /** Node paths of the files that are mounted into each container. */
  hostsFile: string;
  resolvFile: string;
  hostnameFile: string;
  /** With shareProcessNamespace. */
  processes: ProcessTable | undefined;
  network: PodNetwork | undefined;
}

/** The pod's own network is not there yet: the node has no range of addresses, or the range is full. */
export class SandboxError extends Error {}

export function podEndpoint(pod: Pod, node: string): PodEndpoint {
  const ports = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].flatMap((c) =>
    (c.ports ?? []).map((p) => ({ name: p.name, protocol: p.protocol ?? 'TCP', port: p.containerPort })),
  );
  return {
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name,
    labels: pod.metadata.labels ?? {},
    node,
    ports,
  };
}

/** Makes a pod's sandbox; `ip` is the address that an adopted pod has already. */
export function makeSandbox(
  pod: Pod,
  options: {
    node: string;
    host: HostNetwork;
    podCIDR: string | undefined;
    ip: string | undefined;
    disk: Disk;
    config: KubeletConfig;
  },
): Sandbox {
  const { host, podCIDR, disk, config } = options;
  const { spec, metadata } = pod;
  let network: PodNetwork | undefined;
  if (!spec.hostNetwork) {
    if (!podCIDR)
      throw new SandboxError(
        'failed to setup network for sandbox: plugin type="bridge" failed (add): no IP ranges specified',
      );
    const ports = [...spec.containers, ...(spec.initContainers ?? [])].flatMap((c) => c.ports ?? []);
    const hostPorts = ports.flatMap((p): HostPort[] =>
      p.hostPort
        ? [
            {
              hostPort: p.hostPort,
              containerPort: p.containerPort,
              protocol: (p.protocol ?? 'TCP') as Protocol,
              ...(p.hostIP ? { hostIP: p.hostIP } : {}),
            },
          ]
        : [],
    );
    network = host.addPod(podEndpoint(pod, options.node), {
      podCIDR,
      hostPorts,
      ...(options.ip ? { ip: options.ip } : {}),
    });
    if (!network) {
      throw new SandboxError(
        `failed to setup network for sandbox: plugin type="bridge" failed (add): failed to allocate for range 0: no IP addresses available in range set: ${podCIDR}`,
      );
    }
  }
  const hostname = spec.hostNetwork
    ? host.name
    : (spec.hostnameOverride ?? spec.hostname ?? metadata.name.slice(0, 63));
  const net: NetStack = network ?? host;
  const dir = `${podDir(metadata.uid ?? '')}/etc-files`;
  const domain = spec.subdomain
    ? `${hostname}.${spec.subdomain}.${metadata.namespace}.svc.${config.clusterDomain}`
    : undefined;
  disk.write(`${dir}/hosts`, hostsFile(pod, net.ip, hostname, domain, disk));
  disk.write(`${dir}/resolv.conf`, resolvConf(pod, config, disk));
  const shown = spec.setHostnameAsFQDN && domain !== undefined ? domain : hostname;
  disk.write(`${dir}/hostname`, `${shown}\n`);
  return {
    net,
    ip: net.ip,
    hostname: shown,
    hostsFile: `${dir}/hosts`,
    resolvFile: `${dir}/resolv.conf`,
    hostnameFile: `${dir}/hostname`,
    processes: undefined,
    network,
  };
}

const LOCAL_HOSTS = `127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
`;

function hostsFile(pod: Pod, ip: string, hostname: string, domain: string | undefined, disk: Disk): string {
  const aliases = pod.spec.hostAliases ?? [];
  const added = aliases.length
    ? `\n# Entries added by HostAliases.\n${aliases.map((a) => `${a.ip}\t${(a.hostnames ?? []).join('\t')}\n`).join('')}`
    : '';
  if (pod.spec.hostNetwork) {
    return `# Kubernetes-managed hosts file (host network).\n${disk.read('/etc/hosts') ?? '127.0.0.1\tlocalhost\n'}${added}`;
  }
  return `# Kubernetes-managed hosts file.\n${LOCAL_HOSTS}${ip}\t${domain ? `${domain}\t` : ''}${hostname}\n${added}`;
}

function resolvConf(pod: Pod, config: KubeletConfig, disk: Disk): string {
  const { dnsPolicy = 'ClusterFirst', hostNetwork, dnsConfig } = pod.spec;
  const host = disk.read(config.resolvConf) ?? '';
  const words = (name: string) =>
    host
      .split('\n')
      .filter((line) => line.startsWith(`${name} `))
      .flatMap((line) =>
        line
          .slice(name.length + 1)
          .trim()
          .split(/\s+/),
      );
  let servers: string[] = [];
  let searches: string[] = [];
  let options: string[] = [];
  const cluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork);
  if (cluster && config.clusterDNS.length) {
    servers = [...config.clusterDNS];
    const domain = config.clusterDomain;
    searches = [
      `${pod.metadata.namespace}.svc.${domain}`,
      `svc.${domain}`,
      domain,
      ...words('search').filter((s) => s !== '.'),
    ];
    options = ['ndots:5'];
  } else if (dnsPolicy !== 'None') {
    servers = words('nameserver');
    searches = words('search');
    options = words('options');
  }
  servers = [...new Set([...servers, ...(dnsConfig?.nameservers ?? [])])];
  searches = [...new Set([...searches, ...(dnsConfig?.searches ?? [])])];
  for (const { name = '', value } of dnsConfig?.options ?? []) {
    options = [...options.filter((o) => o.split(':')[0] !== name), value === undefined ? name : `${name}:${value}`];
  }
  return (
    (searches.length ? `search ${searches.join(' ')}\n` : '') +
    servers.map((s) => `nameserver ${s}\n`).join('') +
    (options.length ? `options ${options.join(' ')}\n` : '')
  );
}
