import { deepEqual } from '../../../kit/deep.ts';
import { cidrWarnings, ipWarnings } from '../../machinery/names-of-addresses.ts';
import { nameIsDnsLabel } from '../../machinery/names-of-objects.ts';
import { services } from '../../schema/generated/resources.ts';
import type { Service } from '../../schema/generated/types.ts';
import { defineKind, type Column } from '../define.ts';
import { age, column, name, showLabels } from '../shared/columns.ts';
import { allocateAddresses, releaseAddresses, settleFamilies, updateAddresses } from './service-addresses.ts';
import { allocateNodePorts } from './service-node-ports.ts';
import {
  clusterIps,
  isExternallyAccessible,
  isExternalName,
  needsClusterIp,
  needsHealthCheck,
  needsNodePorts,
  NONE,
} from './service-shape.ts';
import { validateService, validateServiceStatus, validateServiceUpdate } from './service-validation.ts';

const AFFINITY_SECONDS = 10800;

function defaults(draft: Service): void {
  draft.spec ??= {};
  const { spec } = draft;
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: AFFINITY_SECONDS } };
  }
  spec.type ||= 'ClusterIP';
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP';
    port.targetPort ||= port.port;
  }
  if (isExternallyAccessible(draft)) spec.externalTrafficPolicy ||= 'Cluster';
  if (needsClusterIp(draft)) spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type !== 'LoadBalancer') return;
  spec.allocateLoadBalancerNodePorts ??= true;
  for (const ingress of draft.status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP';
}

/** What a client leaves out of an update stays as it was: addresses and ports that it did not choose. */
function keepAllocated({ spec }: Service, old: Service): void {
  const now = { spec } as Service;
  if (needsClusterIp(old) && needsClusterIp(now)) {
    spec.clusterIP ||= old.spec.clusterIP;
    if (!spec.clusterIPs?.length && spec.clusterIP === old.spec.clusterIP)
      spec.clusterIPs = old.spec.clusterIPs?.slice();
  }
  if (needsNodePorts(old) && needsNodePorts(now)) {
    const used = new Set((spec.ports ?? []).map((p) => p.nodePort));
    for (const port of spec.ports ?? []) {
      if (port.nodePort) continue;
      const before = old.spec.ports?.find((p) => p.port === port.port && p.protocol === port.protocol)?.nodePort;
      if (!before || used.has(before)) continue;
      port.nodePort = before;
      used.add(before);
    }
  }
  if (needsHealthCheck(old) && needsHealthCheck(now)) spec.healthCheckNodePort ||= old.spec.healthCheckNodePort;
}

/** clusterIP and clusterIPs say the same: whichever the client changed wins. */
function syncClusterIps({ spec }: Service, old: Service | undefined): void {
  if (!old) {
    if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
    return;
  }
  const sameList = deepEqual(spec.clusterIPs ?? [], old.spec.clusterIPs ?? []);
  if (spec.clusterIP !== old.spec.clusterIP) {
    if (sameList) {
      if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
      else delete spec.clusterIPs;
    } else if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
  } else if (!sameList && !spec.clusterIPs?.length) delete spec.clusterIP;
}

/** Fields of the former type that the client did not touch go with it. */
function dropFormerType(now: Service, old: Service): void {
  const { spec } = now;
  const same = (key: keyof Service['spec']) => deepEqual(spec[key], old.spec[key]);
  if (needsClusterIp(old) && !needsClusterIp(now)) {
    if (same('clusterIPs')) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (same('ipFamilies')) delete spec.ipFamilies;
    if (same('ipFamilyPolicy')) delete spec.ipFamilyPolicy;
  }
  if (needsNodePorts(old) && !needsNodePorts(now)) {
    const held = new Set(old.spec.ports?.map((p) => p.nodePort));
    if ((spec.ports ?? []).every((p) => !p.nodePort || held.has(p.nodePort)))
      for (const port of spec.ports ?? []) delete port.nodePort;
  }
  if (needsHealthCheck(old) && !needsHealthCheck(now) && same('healthCheckNodePort')) delete spec.healthCheckNodePort;
  if (old.spec.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (same('allocateLoadBalancerNodePorts')) delete spec.allocateLoadBalancerNodePorts;
    if (same('loadBalancerClass')) delete spec.loadBalancerClass;
  }
  if (isExternallyAccessible(old) && !isExternallyAccessible(now) && same('externalTrafficPolicy'))
    delete spec.externalTrafficPolicy;
}

function warnings(service: Service): string[] {
  const { spec, metadata } = service;
  const found: string[] = [];
  const hints = 'service.kubernetes.io/topology-aware-hints';
  const external = spec.externalIPs ?? [];
  const headless = spec.type === 'ClusterIP' && spec.clusterIP === NONE;
  if (metadata.annotations?.[hints] !== undefined) {
    found.push(`annotation ${hints} is deprecated, please use service.kubernetes.io/topology-mode instead`);
  }
  if (!headless) clusterIps(service).forEach((ip, i) => found.push(...ipWarnings(`spec.clusterIPs[${i}]`, ip)));
  if (headless) {
    if (spec.loadBalancerIP) found.push('spec.loadBalancerIP is ignored for headless services');
    if (external.length) found.push('spec.externalIPs is ignored for headless services');
    if (spec.sessionAffinity !== 'None') found.push('spec.SessionAffinity is ignored for headless services');
  }
  external.forEach((ip, i) => found.push(...ipWarnings(`spec.externalIPs[${i}]`, ip)));
  if (external.length && !headless && !isExternalName(service)) {
    found.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  }
  if (spec.loadBalancerIP) found.push(...ipWarnings('spec.loadBalancerIP', spec.loadBalancerIP));
  (spec.loadBalancerSourceRanges ?? []).forEach((range, i) =>
    found.push(...cidrWarnings(`spec.loadBalancerSourceRanges[${i}]`, range)),
  );
  if (isExternalName(service) && external.length)
    found.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (!isExternalName(service) && spec.externalName) {
    found.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec.trafficDistribution === 'PreferClose') {
    found.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return found;
}

function externalIp({ spec, status }: Service): string {
  const external = spec.externalIPs ?? [];
  if (spec.type === 'ExternalName') return spec.externalName ?? '';
  if (spec.type !== 'LoadBalancer') return external.join(',') || '<none>';
  const balancers = (status?.loadBalancer?.ingress ?? []).map((i) => i.ip || i.hostname || '').filter((text) => text);
  const all = [...[...new Set(balancers)].sort(), ...external];
  return all.join(',') || '<pending>';
}

const ports = ({ spec }: Service): string =>
  (spec.ports ?? [])
    .map((p) => (p.nodePort ? `${p.port}:${p.nodePort}/${p.protocol ?? ''}` : `${p.port}/${p.protocol ?? ''}`))
    .join(',') || '<none>';

const columns: readonly Column<Service>[] = [
  name(),
  column('Type', 'string', 'How the service is reached.', (s) => s.spec.type ?? ''),
  column('Cluster-IP', 'string', 'The address within the cluster.', (s) => clusterIps(s)[0] ?? '<none>'),
  column('External-IP', 'string', 'The addresses outside of the cluster.', externalIp),
  column('Port(s)', 'string', 'The ports, with their node ports.', ports),
  age(),
  column('Selector', 'string', 'Which pods stand behind it.', (s) => showLabels(s.spec.selector), { priority: 1 }),
];

export const service = defineKind<Service>({
  resource: services,
  validateName: nameIsDnsLabel,
  defaults,
  prepareForCreate(draft, context) {
    draft.status = { loadBalancer: {} };
    syncClusterIps(draft, undefined);
    settleFamilies(draft, undefined, context);
    const effects = allocateAddresses(draft, context);
    allocateNodePorts(draft, undefined, context);
    return effects;
  },
  prepareForUpdate(draft, old, context) {
    keepAllocated(draft, old);
    syncClusterIps(draft, old);
    settleFamilies(draft, old, context);
    const effects = updateAddresses(draft, old, context);
    if (needsNodePorts(draft) || needsHealthCheck(draft)) allocateNodePorts(draft, old, context);
    dropFormerType(draft, old);
    return effects;
  },
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  validateStatusUpdate: validateServiceStatus,
  warnings,
  selectableFields: { 'spec.clusterIP': (s) => s.spec.clusterIP ?? '', 'spec.type': (s) => s.spec.type ?? '' },
  columns,
  answersWithDeleted: true,
  afterDelete: (object, context) => releaseAddresses(object, [], context),
});
