import { randomInt } from '../../../kit/random.ts';
import { invalid } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { internalError } from '../../machinery/status-error.ts';
import { services } from '../../schema/generated/resources.ts';
import type { Service } from '../../schema/generated/types.ts';
import type { KindContext } from '../define.ts';
import { refused } from './service-addresses.ts';
import { needsHealthCheck, needsNodePorts } from './service-shape.ts';

const PORTS = FieldPath.of('spec', 'ports');

/** Node ports that a Service holds, its health check's included. */
function heldPorts({ spec }: Service): number[] {
  return [...(spec.ports ?? []).map((p) => p.nodePort ?? 0), spec.healthCheckNodePort ?? 0].filter((p) => p > 0);
}

/** Ports at the start of the range that are only given on request. */
const reservedPorts = (size: number): number => (size <= 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 32)), 128));

/** What a dry run is given: numbers that can not be mistaken for allocated ones. */
const FIRST_DUMMY = 32769;

/** Node ports while one Service is written: what is free is read from the Services that exist. */
class NodePorts {
  readonly #context: KindContext;
  readonly #taken: Set<number>;
  #dummy = FIRST_DUMMY;

  constructor(own: Service | undefined, context: KindContext) {
    this.#context = context;
    const others = (context.read.list(services) as unknown as Service[]).filter(
      ({ metadata }) => metadata.name !== own?.metadata.name || metadata.namespace !== own.metadata.namespace,
    );
    this.#taken = new Set(others.flatMap(heldPorts));
  }

  /** Keeps a port that the Service has already. */
  keep(port: number): void {
    this.#taken.add(port);
  }

  /** Why a port can not be had; undefined when it is now taken. */
  take(port: number): string | undefined {
    const { from, to } = this.#context.flags.serviceNodePortRange;
    if (port < from || port > to) {
      return `provided port is not in the valid range. The range of valid ports is ${from}-${to}`;
    }
    if (this.#taken.has(port)) return 'provided port is already allocated';
    this.#taken.add(port);
    return undefined;
  }

  any(): number {
    if (this.#context.dryRun) return this.#dummy++;
    const { from, to } = this.#context.flags.serviceNodePortRange;
    const reserved = reservedPorts(to - from + 1);
    const size = to - from + 1 - reserved;
    const start = randomInt(this.#context.random, Math.max(size, 1));
    const candidates = [
      ...Array.from({ length: size }, (_, i) => from + reserved + ((start + i) % size)),
      ...Array.from({ length: reserved }, (_, i) => from + i),
    ];
    const free = candidates.find((port) => !this.#taken.has(port));
    if (free === undefined) throw internalError('failed to allocate a nodePort: range is full');
    this.#taken.add(free);
    return free;
  }
}

/** One number may serve TCP and UDP of the same port. */
function allocatePorts(service: Service, held: readonly number[], ports: NodePorts): void {
  const all = service.spec.ports ?? [];
  const wanted = service.spec.type === 'NodePort' || service.spec.allocateLoadBalancerNodePorts !== false;
  const byPort = new Map<number, number>();
  const asked = new Set(held);
  all.forEach((port, i) => {
    if (!port.nodePort && !wanted) return;
    const same =
      port.nodePort ?? byPort.get(port.port) ?? all.slice(i).find((p) => p.port === port.port && p.nodePort)?.nodePort;
    if (same && !asked.has(same)) {
      const why = ports.take(same);
      if (why) throw refused(service, [invalid(PORTS.index(i).child('nodePort'), same, why)]);
      asked.add(same);
    }
    port.nodePort = same || ports.any();
    asked.add(port.nodePort);
    byPort.set(port.port, port.nodePort);
  });
}

/** Gives a Service its node ports, keeping those that `old` had. */
export function allocateNodePorts(service: Service, old: Service | undefined, context: KindContext): void {
  const { spec } = service;
  const ports = new NodePorts(service, context);
  const held = old ? heldPorts(old) : [];
  for (const port of held) ports.keep(port);
  if (needsNodePorts(service)) allocatePorts(service, held, ports);
  if (!needsHealthCheck(service) || (old && needsHealthCheck(old) && spec.healthCheckNodePort)) return;
  const asked = spec.healthCheckNodePort;
  if (!asked) {
    spec.healthCheckNodePort = ports.any();
    return;
  }
  const why = ports.take(asked);
  if (why) throw internalError(`failed to allocate requested HealthCheck NodePort ${asked}: ${why}`);
}
