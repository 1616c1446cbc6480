import type { Informer, InformerFactory } from '../../../client/informer.ts';
import { askDns, type DnsAnswer, type DnsRecord, type Question } from '../../../network/dns.ts';
import { parseResolvConf } from '../../../network/resolver.ts';
import type { NetStack } from '../../../network/stack.ts';
import { endpointslices, namespaces, services } from '../../../schema/generated/resources.ts';
import type { Endpoint, EndpointSlice, Namespace, Service } from '../../../schema/generated/types.ts';
import type { Corefile, Directive } from './corefile.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';
const TTL = 5;

const nothing = (code: DnsAnswer['code'], authoritative = true): DnsAnswer => ({ code, answers: [], authoritative });

/** Answers questions as a CoreDNS with this Corefile does: hosts, rewrite, kubernetes, forward. */
export class DnsServer {
  #config: Corefile;
  readonly #services: Informer<Service>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #namespaces: Informer<Namespace>;
  readonly #net: NetStack;
  readonly #world: { readFile(path: string): string | undefined; log(line: string): void };

  constructor(
    config: Corefile,
    informers: InformerFactory,
    net: NetStack,
    world: { readFile(path: string): string | undefined; log(line: string): void },
  ) {
    this.#config = config;
    this.#services = informers.informer(services);
    this.#slices = informers.informer(endpointslices);
    this.#namespaces = informers.informer(namespaces);
    this.#slices.addIndex('service', (s) => [`${s.metadata.namespace}/${s.metadata.labels?.[SERVICE_NAME] ?? ''}`]);
    this.#net = net;
    this.#world = world;
  }

  configure(config: Corefile): void {
    this.#config = config;
  }

  async answer(asked: Question, client: string): Promise<DnsAnswer> {
    const block = this.#config.blockFor(asked.name);
    if (!block) return nothing('REFUSED', false);
    const directive = (name: string) => block.directives.find((d) => d.name === name);
    const question = {
      ...asked,
      name: rewrite(
        asked.name,
        block.directives.filter((d) => d.name === 'rewrite'),
      ),
    };
    const answer = await this.#chain(question, directive);
    if (directive('log')) {
      this.#world.log(
        `[INFO] ${client}:40000 - 1 "${asked.type} IN ${asked.name}. udp 40 false 512" ${answer.code} qr,aa,rd 100 0.0001s`,
      );
    }
    if (question.name === asked.name) return answer;
    return {
      ...answer,
      answers: answer.answers.map((r) => (r.name === question.name ? { ...r, name: asked.name } : r)),
    };
  }

  async #chain(question: Question, directive: (name: string) => Directive | undefined): Promise<DnsAnswer> {
    const hosts = directive('hosts');
    if (hosts) {
      const found = this.#hosts(question, hosts);
      if (found) return found;
    }
    const kubernetes = directive('kubernetes');
    if (kubernetes) {
      const found = await this.#kubernetes(question, kubernetes, directive);
      if (found) return found;
    }
    const forward = directive('forward');
    if (forward) return this.#forward(question, forward);
    return nothing('REFUSED', false);
  }

  #hosts({ name, type }: Question, hosts: Directive): DnsAnswer | undefined {
    const lines = [
      ...(hosts.args[0]?.startsWith('/')
        ? (this.#world.readFile(hosts.args[0]) ?? '').split('\n').map((l) => l.split(/\s+/))
        : []),
      ...hosts.block.map((d) => [d.name, ...d.args]),
    ];
    if (type === 'PTR') {
      const ip = name
        .replace(/\.in-addr\.arpa$/, '')
        .split('.')
        .reverse()
        .join('.');
      const line = lines.find(([address]) => address === ip);
      return line?.[1]
        ? { code: 'NOERROR', authoritative: true, answers: [{ name, type: 'PTR', ttl: 3600, data: line[1] }] }
        : undefined;
    }
    const found = lines.filter(([address, ...names]) => /^[\d.]+$/.test(address ?? '') && names.includes(name));
    if (found.length === 0) return undefined;
    const answers =
      type === 'A' ? found.map(([address = '']): DnsRecord => ({ name, type: 'A', ttl: 3600, data: address })) : [];
    return { code: 'NOERROR', authoritative: true, answers };
  }

  async #forward(question: Question, forward: Directive): Promise<DnsAnswer> {
    const targets = forward.args
      .slice(1)
      .flatMap((to) =>
        to.startsWith('/') ? parseResolvConf(this.#world.readFile(to) ?? '').servers : [to.replace(/^\w+:\/\//, '')],
      );
    for (const target of targets) {
      const [ip = '', port] = target.split(':');
      try {
        return {
          ...(await askDns(this.#net, ip, question, { timeoutMs: 2000, ...(port ? { port: Number(port) } : {}) })),
          authoritative: false,
        };
      } catch {
        // The next upstream may answer.
      }
    }
    return nothing('SERVFAIL', false);
  }

  async #kubernetes(
    question: Question,
    plugin: Directive,
    directive: (name: string) => Directive | undefined,
  ): Promise<DnsAnswer | undefined> {
    const zones = plugin.args.length ? plugin.args.map((z) => z.replace(/\.$/, '')) : ['cluster.local'];
    const { name, type } = question;
    const zone = zones.find((z) => name === z || name.endsWith(`.${z}`));
    if (zone === undefined) return undefined;
    const through = () => (plugin.block.some((d) => d.name === 'fallthrough') ? undefined : nothing('NXDOMAIN'));
    if (zone.endsWith('arpa'))
      return this.#reverse(name, zones.find((z) => !z.endsWith('arpa')) ?? 'cluster.local') ?? through();
    const labels = name === zone ? [] : name.slice(0, -zone.length - 1).split('.');
    const kind = labels.pop();
    const namespace = labels.pop();
    if (kind === 'dns-version' || kind === undefined) return nothing(kind === undefined ? 'NOERROR' : 'NXDOMAIN');
    if (kind === 'pod' && namespace !== undefined) {
      const mode = plugin.block.find((d) => d.name === 'pods')?.args[0];
      const ip = labels.join('.').replace(/-/g, '.');
      if (mode === 'disabled' || mode === undefined || !/^\d+\.\d+\.\d+\.\d+$/.test(ip)) return nothing('NXDOMAIN');
      return {
        code: 'NOERROR',
        authoritative: true,
        answers: type === 'A' ? [{ name, type: 'A', ttl: TTL, data: ip }] : [],
      };
    }
    if (kind !== 'svc') return nothing('NXDOMAIN');
    if (namespace === undefined) return nothing('NOERROR');
    const serviceName = labels.pop();
    if (!this.#namespaces.get('', namespace)) return nothing('NXDOMAIN');
    if (serviceName === undefined) return nothing('NOERROR');
    const service = this.#services.get(namespace, serviceName);
    if (!service?.spec) return nothing('NXDOMAIN');
    if (service.spec.type === 'ExternalName') return this.#external(question, service, directive);
    return this.#service(question, service, labels, `${serviceName}.${namespace}.svc.${zone}`);
  }

  async #external(
    { name, type }: Question,
    service: Service,
    directive: (name: string) => Directive | undefined,
  ): Promise<DnsAnswer> {
    const target = (service.spec?.externalName ?? '').replace(/\.$/, '').toLowerCase();
    const alias: DnsRecord = { name, type: 'CNAME', ttl: TTL, data: target };
    if (type !== 'A' && type !== 'AAAA') return { code: 'NOERROR', authoritative: true, answers: [alias] };
    const rest = await this.#chain({ name: target, type }, directive);
    if (rest.answers.length === 0) return nothing('NOERROR');
    return { code: 'NOERROR', authoritative: true, answers: [alias, ...rest.answers] };
  }

  #endpoints(service: Service): { endpoint: Endpoint; ip: string; slice: EndpointSlice }[] {
    const { namespace, name } = service.metadata;
    return this.#slices
      .byIndex('service', `${namespace}/${name}`)
      .flatMap((slice) =>
        slice.addressType !== 'IPv4'
          ? []
          : (slice.endpoints ?? [])
              .filter((e) => e.conditions?.ready !== false)
              .flatMap((endpoint) => endpoint.addresses.map((ip) => ({ endpoint, ip, slice }))),
      );
  }

  #service({ name, type }: Question, service: Service, labels: readonly string[], base: string): DnsAnswer {
    const { clusterIP, ports = [] } = service.spec ?? {};
    const headless = clusterIP === 'None';
    const answers: DnsRecord[] = [];
    if (labels.length === 0 || (labels.length === 1 && !labels[0]?.startsWith('_'))) {
      const [host] = labels;
      if (host !== undefined && !headless) return nothing('NXDOMAIN');
      const addresses = headless
        ? this.#endpoints(service)
            .filter((e) => host === undefined || hostOf(e) === host)
            .map((e) => e.ip)
        : [clusterIP ?? ''];
      if (addresses.length === 0) return nothing(headless && host === undefined ? 'NXDOMAIN' : 'NXDOMAIN');
      if (type === 'A') for (const ip of new Set(addresses)) answers.push({ name, type: 'A', ttl: TTL, data: ip });
      if (type === 'SRV' && host === undefined) {
        for (const port of ports) answers.push({ name, type: 'SRV', ttl: TTL, data: `0 100 ${port.port} ${base}` });
      }
      return { code: 'NOERROR', authoritative: true, answers };
    }
    const [portName, protocol] = labels;
    const matching = ports.filter(
      (p) => `_${p.name}` === portName && `_${(p.protocol ?? 'TCP').toLowerCase()}` === protocol,
    );
    if (matching.length === 0) return nothing('NXDOMAIN');
    if (type !== 'SRV') return nothing('NOERROR');
    for (const port of matching) {
      if (!headless) answers.push({ name, type: 'SRV', ttl: TTL, data: `0 100 ${port.port} ${base}` });
      else {
        for (const e of this.#endpoints(service)) {
          const number = e.slice.ports?.find((p) => p.name === port.name)?.port ?? port.port;
          answers.push({
            name,
            type: 'SRV',
            ttl: TTL,
            data: `0 ${Math.floor(100 / Math.max(this.#endpoints(service).length, 1))} ${number} ${hostOf(e)}.${base}`,
          });
        }
      }
    }
    return { code: 'NOERROR', authoritative: true, answers };
  }

  #reverse(name: string, zone: string): DnsAnswer | undefined {
    const ip = name
      .replace(/\.in-addr\.arpa$/, '')
      .split('.')
      .reverse()
      .join('.');
    const answer = (data: string): DnsAnswer => ({
      code: 'NOERROR',
      authoritative: true,
      answers: [{ name, type: 'PTR', ttl: TTL, data }],
    });
    const service = this.#services.list().find((s) => s.spec?.clusterIP === ip);
    if (service) return answer(`${service.metadata.name}.${service.metadata.namespace}.svc.${zone}`);
    for (const slice of this.#slices.list()) {
      const owner = slice.metadata.labels?.[SERVICE_NAME];
      const endpoint = slice.endpoints?.find((e) => e.addresses.includes(ip));
      if (endpoint && owner)
        return answer(`${hostOf({ endpoint, ip })}.${owner}.${slice.metadata.namespace}.svc.${zone}`);
    }
    return undefined;
  }
}

const hostOf = ({ endpoint, ip }: { endpoint: Endpoint; ip: string }) => endpoint.hostname ?? ip.replace(/\./g, '-');

/** The name that is really asked for, after `rewrite name …` rules. */
function rewrite(name: string, rules: readonly Directive[]): string {
  for (const { args } of rules) {
    const [field, ...rest] = args[0] === 'stop' || args[0] === 'continue' ? args.slice(1) : args;
    if (field !== 'name') continue;
    const modes = ['exact', 'prefix', 'suffix', 'substring', 'regex'];
    const mode = modes.includes(rest[0] ?? '') ? rest.shift() : 'exact';
    const [from = '', to = ''] = rest.map((r) => r.replace(/\.$/, ''));
    if (mode === 'exact' && name === from) return to;
    if (mode === 'prefix' && name.startsWith(from)) return to + name.slice(from.length);
    if (mode === 'suffix' && name.endsWith(from)) return name.slice(0, -from.length) + to;
    if (mode === 'substring' && name.includes(from)) return name.replace(from, to);
    if (mode === 'regex') {
      const pattern = new RegExp(rest[0] ?? '');
      const dotted = pattern.test(name) ? name : pattern.test(`${name}.`) ? `${name}.` : undefined;
      if (dotted !== undefined) return dotted.replace(pattern, to.replace(/\{(\d)\}/g, '$$$1')).replace(/\.$/, '');
    }
  }
  return name;
}
