import { createHash } from 'node:crypto';
import type { ServiceEntry } from '../../network/service-rules.ts';

/** One rule of a chain, in the parts that `iptables-save` and `iptables -L` each write in their own way. */
export interface Rule {
  chain: string;
  /** `10.244.1.2/32`, or `! 10.244.0.0/16`. */
  source?: string;
  destination?: string;
  protocol?: string;
  comment?: string;
  /** What is matched beside these: as saved, and as listed. */
  matches: { saved: string; listed: string }[];
  target: string;
  /** The target's own options: as saved, and as listed. */
  to?: { saved: string; listed: string };
}

export interface Table {
  name: 'mangle' | 'filter' | 'nat';
  /** Chain → its policy; kube-proxy's own have none. */
  chains: Map<string, 'ACCEPT' | '-'>;
  rules: Rule[];
}

/** Where kube-proxy takes traffic of pods to come from: --cluster-cidr of every profile. */
const CLUSTER_CIDR = '10.244.0.0/16';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** kube-proxy's name of a chain: the first 16 base32 letters of a SHA-256. */
function chainHash(text: string): string {
  const bits = [...createHash('sha256').update(text).digest().subarray(0, 10)]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  return (bits.match(/.{5}/g) ?? []).map((five) => BASE32[parseInt(five, 2)] ?? '').join('');
}

const portName = ({ namespace, service, port }: ServiceEntry) =>
  `${namespace}/${service}${port.name ? `:${port.name}` : ''}`;

const plain = (chain: string, comment: string, target: string): Rule => ({ chain, comment, matches: [], target });

const dport = (protocol: string, port: number) => ({
  saved: `-m ${protocol} --dport ${port}`,
  listed: `${protocol} dpt:${port}`,
});

const conntrackNew = { saved: '-m conntrack --ctstate NEW', listed: 'ctstate NEW' };

/** The kernel keeps a probability in 31 bits. */
const probability = (of: number) => (Math.round((1 / of) * 2 ** 31) / 2 ** 31).toFixed(11);

/** What the kernel of a node holds once kube-proxy and kubelet have written their rules. */
export function packetTables(entries: readonly ServiceEntry[]): Table[] {
  const mangle: Table = {
    name: 'mangle',
    chains: new Map([
      ...builtIn('PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'),
      ...own('KUBE-IPTABLES-HINT', 'KUBE-KUBELET-CANARY', 'KUBE-PROXY-CANARY'),
    ]),
    rules: [],
  };
  return [mangle, filterTable(entries), natTable(entries)];
}

const builtIn = (...names: string[]) => names.map((name) => [name, 'ACCEPT'] as const);
const own = (...names: string[]) => names.map((name) => [name, '-'] as const);

function filterTable(entries: readonly ServiceEntry[]): Table {
  const jump = (chain: string, comment: string, target: string): Rule => ({
    ...plain(chain, comment, target),
    matches: [conntrackNew],
  });
  const [proxyFirewall, portals, external] = [
    'kubernetes load balancer firewall',
    'kubernetes service portals',
    'kubernetes externally-visible service portals',
  ];
  const rules: Rule[] = [
    jump('INPUT', proxyFirewall, 'KUBE-PROXY-FIREWALL'),
    plain('INPUT', 'kubernetes health check service ports', 'KUBE-NODEPORTS'),
    jump('INPUT', external, 'KUBE-EXTERNAL-SERVICES'),
    { chain: 'INPUT', matches: [], target: 'KUBE-FIREWALL' },
    jump('FORWARD', proxyFirewall, 'KUBE-PROXY-FIREWALL'),
    plain('FORWARD', 'kubernetes forwarding rules', 'KUBE-FORWARD'),
    jump('FORWARD', portals, 'KUBE-SERVICES'),
    jump('FORWARD', external, 'KUBE-EXTERNAL-SERVICES'),
    jump('OUTPUT', proxyFirewall, 'KUBE-PROXY-FIREWALL'),
    jump('OUTPUT', portals, 'KUBE-SERVICES'),
    { chain: 'OUTPUT', matches: [], target: 'KUBE-FIREWALL' },
  ];
  for (const entry of entries.filter((e) => !e.any)) {
    const protocol = entry.protocol.toLowerCase();
    const nodePort = entry.kind === 'node-port';
    rules.push({
      chain: nodePort || entry.kind === 'load-balancer' ? 'KUBE-EXTERNAL-SERVICES' : 'KUBE-SERVICES',
      ...(!nodePort && { destination: `${entry.ip}/32` }),
      protocol,
      comment: `${portName(entry)} has no endpoints`,
      matches: [
        ...(nodePort ? [{ saved: '-m addrtype --dst-type LOCAL', listed: 'ADDRTYPE match dst-type LOCAL' }] : []),
        dport(protocol, entry.portNumber),
      ],
      target: 'REJECT',
      to: { saved: '--reject-with icmp-port-unreachable', listed: 'reject-with icmp-port-unreachable' },
    });
  }
  rules.push(
    {
      chain: 'KUBE-FIREWALL',
      source: '! 127.0.0.0/8',
      destination: '127.0.0.0/8',
      comment: 'block incoming localnet connections',
      matches: [
        {
          saved: '-m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT',
          listed: '! ctstate RELATED,ESTABLISHED,DNAT',
        },
      ],
      target: 'DROP',
    },
    {
      chain: 'KUBE-FORWARD',
      comment: 'kubernetes forwarding rules',
      matches: [{ saved: '-m mark --mark 0x4000/0x4000', listed: 'mark match 0x4000/0x4000' }],
      target: 'ACCEPT',
    },
    {
      chain: 'KUBE-FORWARD',
      comment: 'kubernetes forwarding conntrack rule',
      matches: [{ saved: '-m conntrack --ctstate RELATED,ESTABLISHED', listed: 'ctstate RELATED,ESTABLISHED' }],
      target: 'ACCEPT',
    },
  );
  return {
    name: 'filter',
    chains: new Map([
      ...builtIn('INPUT', 'FORWARD', 'OUTPUT'),
      ...own('KUBE-EXTERNAL-SERVICES', 'KUBE-FIREWALL', 'KUBE-FORWARD', 'KUBE-KUBELET-CANARY', 'KUBE-NODEPORTS'),
      ...own('KUBE-PROXY-CANARY', 'KUBE-PROXY-FIREWALL', 'KUBE-SERVICES'),
    ]),
    rules,
  };
}

function natTable(entries: readonly ServiceEntry[]): Table {
  const services: Rule[] = [];
  const nodePorts: Rule[] = [];
  const perService = new Map<string, Rule[]>();
  for (const entry of entries.filter((e) => e.any)) addEntry(entry, services, nodePorts, perService);
  const chains = [...perService.keys()].sort();
  const portals = 'kubernetes service portals';
  const mark = { saved: '--or-mark 0x4000', listed: 'MARK or 0x4000' };
  return {
    name: 'nat',
    chains: new Map([
      ...builtIn('PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'),
      ...own('KUBE-KUBELET-CANARY', 'KUBE-MARK-MASQ', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-PROXY-CANARY'),
      ...own('KUBE-SERVICES', ...chains),
    ]),
    rules: [
      plain('PREROUTING', portals, 'KUBE-SERVICES'),
      plain('OUTPUT', portals, 'KUBE-SERVICES'),
      plain('POSTROUTING', 'kubernetes postrouting rules', 'KUBE-POSTROUTING'),
      { chain: 'KUBE-MARK-MASQ', matches: [], target: 'MARK', to: mark },
      ...nodePorts,
      {
        chain: 'KUBE-POSTROUTING',
        matches: [{ saved: '-m mark ! --mark 0x4000/0x4000', listed: 'mark match ! 0x4000/0x4000' }],
        target: 'RETURN',
      },
      {
        chain: 'KUBE-POSTROUTING',
        matches: [],
        target: 'MARK',
        to: { saved: '--set-xmark 0x4000/0x0', listed: 'MARK xor 0x4000' },
      },
      {
        ...plain('KUBE-POSTROUTING', 'kubernetes service traffic requiring SNAT', 'MASQUERADE'),
        to: { saved: '--random-fully', listed: 'random-fully' },
      },
      ...services,
      {
        ...plain(
          'KUBE-SERVICES',
          'kubernetes service nodeports; NOTE: this must be the last rule in this chain',
          'KUBE-NODEPORTS',
        ),
        matches: [{ saved: '-m addrtype --dst-type LOCAL', listed: 'ADDRTYPE match dst-type LOCAL' }],
      },
      ...chains.flatMap((chain) => perService.get(chain) ?? []),
    ],
  };
}

function addEntry(entry: ServiceEntry, services: Rule[], nodePorts: Rule[], chains: Map<string, Rule[]>): void {
  const name = portName(entry);
  const protocol = entry.protocol.toLowerCase();
  const hash = chainHash(name + protocol);
  const policy = `KUBE-${entry.localOnly ? 'SVL' : 'SVC'}-${hash}`;
  const external = `KUBE-EXT-${hash}`;
  const match = dport(protocol, entry.portNumber);
  if (!chains.has(policy)) chains.set(policy, balance(entry, policy, name, protocol, chains));
  if (entry.kind === 'cluster') {
    const to = { destination: `${entry.ip}/32`, protocol, comment: `${name} cluster IP`, matches: [match] };
    services.push({ chain: 'KUBE-SERVICES', ...to, target: policy });
    chains.get(policy)?.unshift({ chain: policy, source: `! ${CLUSTER_CIDR}`, ...to, target: 'KUBE-MARK-MASQ' });
    return;
  }
  if (!chains.has(external)) {
    chains.set(external, [
      ...(entry.localOnly
        ? [
            {
              ...plain(external, `pod traffic for ${name} external destinations`, `KUBE-SVC-${hash}`),
              source: CLUSTER_CIDR,
            },
          ]
        : [plain(external, `masquerade traffic for ${name} external destinations`, 'KUBE-MARK-MASQ')]),
      { chain: external, matches: [], target: policy },
    ]);
  }
  if (entry.kind === 'node-port') {
    const count = {
      saved: '-m nfacct --nfacct-name  localhost_nps_accepted_pkts',
      listed: 'nfacct-name  localhost_nps_accepted_pkts',
    };
    const rule = { chain: 'KUBE-NODEPORTS', protocol, comment: name, target: external };
    nodePorts.push({ ...rule, destination: '127.0.0.0/8', matches: [match, count] }, { ...rule, matches: [match] });
  } else {
    const what = entry.kind === 'external' ? 'external IP' : 'loadbalancer IP';
    services.push({
      chain: 'KUBE-SERVICES',
      destination: `${entry.ip}/32`,
      protocol,
      comment: `${name} ${what}`,
      matches: [match],
      target: external,
    });
  }
}

/** The chain that chooses an endpoint; those of the endpoints are put into `chains`. */
function balance(
  entry: ServiceEntry,
  chain: string,
  name: string,
  protocol: string,
  chains: Map<string, Rule[]>,
): Rule[] {
  const chosen = entry.localOnly ? entry.endpoints.filter((e) => e.local) : entry.endpoints;
  const targets = chosen.map(({ ip, port }) => {
    const address = `${ip}:${port}`;
    const target = `KUBE-SEP-${chainHash(name + protocol + address)}`;
    const recent = {
      saved: `-m recent --set --name ${target} --mask 255.255.255.255 --rsource`,
      listed: `recent: SET name: ${target} side: source mask: 255.255.255.255`,
    };
    chains.set(target, [
      { ...plain(target, name, 'KUBE-MARK-MASQ'), source: `${ip}/32` },
      {
        chain: target,
        protocol,
        comment: name,
        matches: [...(entry.affinitySeconds ? [recent] : []), { saved: `-m ${protocol}`, listed: protocol }],
        target: 'DNAT',
        to: { saved: `--to-destination ${address}`, listed: `to:${address}` },
      },
    ]);
    return { target, comment: `${name} -> ${address}` };
  });
  const remembered = targets.map(({ target, comment }) => ({
    ...plain(chain, comment, target),
    matches: [
      {
        saved: `-m recent --rcheck --seconds ${entry.affinitySeconds} --reap --name ${target} --mask 255.255.255.255 --rsource`,
        listed: `recent: CHECK seconds: ${entry.affinitySeconds} reap name: ${target} side: source mask: 255.255.255.255`,
      },
    ],
  }));
  const random = targets.map(({ target, comment }, i) => {
    const left = targets.length - i;
    const share = {
      saved: `-m statistic --mode random --probability ${probability(left)}`,
      listed: `statistic mode random probability ${probability(left)}`,
    };
    return { ...plain(chain, comment, target), matches: left > 1 ? [share] : [] };
  });
  const none: Rule[] = targets.length ? [] : [plain(chain, `${name} has no local endpoints`, 'DROP')];
  return [...(entry.affinitySeconds ? remembered : []), ...random, ...none];
}
