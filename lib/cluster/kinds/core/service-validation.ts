import { duplicate, forbidden, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { validCidr, validIp } from '../../machinery/names-of-addresses.ts';
import type { Service, ServicePort } from '../../schema/generated/types.ts';
import { internalForm } from '../shared/internal-form.ts';
import {
  labelName,
  oneOf,
  portNumberOrName,
  qualified,
  requiredThen,
  subdomainName,
  validateLabels,
  validPort,
} from '../shared/field-rules.ts';
import { nonSpecialIp } from '../shared/special-addresses.ts';
import { PROTOCOLS } from '../shared/pod-spec/ports.ts';
import { validateAddressFields } from './service-addresses.ts';
import { clusterIps, isExternallyAccessible, isExternalName, isHeadless, needsHealthCheck } from './service-shape.ts';

const SPEC = FieldPath.of('spec');
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const ONLY_LB = "may only be used when `type` is 'LoadBalancer'";
const MAX_AFFINITY = 86400;
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const HINTS = 'service.kubernetes.io/topology-aware-hints';
const MODE = 'service.kubernetes.io/topology-mode';
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];

function typeErrors(service: Service): FieldError[] {
  const { spec } = service;
  if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(service)) {
    return [invalid(SPEC.child('clusterIPs').index(0), 'None', `may not be set to 'None' for ${spec.type} services`)];
  }
  if (!isExternalName(service)) return [];
  const unset = (field: string) => forbidden(SPEC.child(field), 'may not be set for ExternalName services');
  const host = (spec.externalName ?? '').replace(/\.$/, '');
  return [
    ...(clusterIps(service).length ? [unset('clusterIPs')] : []),
    ...(spec.ipFamilies?.length ? [unset('ipFamilies')] : []),
    ...(spec.ipFamilyPolicy === undefined ? [] : [unset('ipFamilyPolicy')]),
    ...requiredThen(SPEC.child('externalName'), host, subdomainName),
  ];
}

function portErrors(at: FieldPath, ports: readonly ServicePort[]): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, i) => {
    const here = at.index(i);
    const errors: FieldError[] = [];
    if (port.name) {
      errors.push(...labelName(here.child('name'), port.name));
      if (names.has(port.name)) errors.push(duplicate(here.child('name'), port.name));
      names.add(port.name);
    } else if (ports.length > 1) errors.push(required(here.child('name')));
    return [
      ...errors,
      ...validPort(here.child('port'), port.port ?? 0),
      ...oneOf(here.child('protocol'), port.protocol, PROTOCOLS),
      ...portNumberOrName(here.child('targetPort'), port.targetPort),
      ...(port.appProtocol === undefined ? [] : qualified(here.child('appProtocol'), port.appProtocol)),
    ];
  });
}

/** The same port, or node port, for the same protocol twice. */
function doubledPorts(at: FieldPath, ports: readonly ServicePort[]): FieldError[] {
  const errors: FieldError[] = [];
  const twice = (i: number, key: 'port' | 'nodePort') =>
    ports.slice(0, i).some((p) => p.protocol === ports[i]?.protocol && p[key] === ports[i]?.[key]);
  ports.forEach((port, i) => {
    if (port.nodePort && twice(i, 'nodePort')) errors.push(duplicate(at.index(i).child('nodePort'), port.nodePort));
  });
  ports.forEach(({ protocol, port }, i) => {
    if (twice(i, 'port')) errors.push(duplicate(at.index(i), internalForm('ServicePort', { protocol, port })));
  });
  return errors;
}

function affinityErrors({ spec }: Service): FieldError[] {
  const at = SPEC.child('sessionAffinityConfig');
  const errors = oneOf(SPEC.child('sessionAffinity'), spec.sessionAffinity, ['ClientIP', 'None']);
  if (spec.sessionAffinity === 'None') {
    if (spec.sessionAffinityConfig) errors.push(forbidden(at, 'must not be set when session affinity is None'));
    return errors;
  }
  if (spec.sessionAffinity !== 'ClientIP') return errors;
  const why = 'when session affinity type is ClientIP';
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (!spec.sessionAffinityConfig) errors.push(required(at, why));
  else if (!spec.sessionAffinityConfig.clientIP) errors.push(required(at.child('clientIP'), why));
  else if (seconds === undefined) errors.push(required(at.child('clientIP', 'timeoutSeconds'), why));
  else if (seconds <= 0 || seconds > MAX_AFFINITY) {
    errors.push(
      invalid(at.child('clientIP', 'timeoutSeconds'), seconds, `must be greater than 0 and less than ${MAX_AFFINITY}`),
    );
  }
  return errors;
}

function sourceRanges({ spec, metadata }: Service): FieldError[] {
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const isLb = spec.type === 'LoadBalancer';
  if (ranges.length) {
    const at = SPEC.child('LoadBalancerSourceRanges');
    const bad = ranges.flatMap((range, i) => validCidr(at.index(i), range.trim()));
    return isLb ? bad : [forbidden(at, ONLY_LB), ...bad];
  }
  const annotation = metadata.annotations?.[SOURCE_RANGES];
  if (annotation === undefined) return [];
  const at = FieldPath.of('metadata', 'annotations').key(SOURCE_RANGES);
  const bad =
    annotation.trim() === ''
      ? []
      : annotation
          .trim()
          .split(',')
          .flatMap((range) => validCidr(at, range.trim()));
  return isLb ? bad : [forbidden(at, ONLY_LB), ...bad];
}

function loadBalancerFields({ spec }: Service): FieldError[] {
  const errors: FieldError[] = [];
  const isLb = spec.type === 'LoadBalancer';
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isLb) {
    errors.push(forbidden(SPEC.child('allocateLoadBalancerNodePorts'), ONLY_LB));
  }
  const at = SPEC.child('loadBalancerClass');
  const name = spec.loadBalancerClass;
  if (name === undefined) return errors;
  return isLb ? [...errors, ...qualified(at, name)] : [...errors, forbidden(at, ONLY_LB)];
}

function trafficPolicies(service: Service): FieldError[] {
  const { spec } = service;
  const errors: FieldError[] = [];
  const external = SPEC.child('externalTrafficPolicy');
  const health = SPEC.child('healthCheckNodePort');
  if (isExternallyAccessible(service))
    errors.push(...oneOf(external, spec.externalTrafficPolicy, ['Cluster', 'Local']));
  else if (spec.externalTrafficPolicy) {
    errors.push(invalid(external, spec.externalTrafficPolicy, 'may only be set for externally-accessible services'));
  }
  if (needsHealthCheck(service)) {
    errors.push(...(spec.healthCheckNodePort ? validPort(health, spec.healthCheckNodePort) : [required(health)]));
  } else if (spec.healthCheckNodePort) {
    const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(invalid(health, spec.healthCheckNodePort, why));
  }
  const internal = spec.internalTrafficPolicy;
  if (internal !== undefined && !['Cluster', 'Local'].includes(internal)) {
    errors.push(notSupported(SPEC.child('internalTrafficPolicy'), internal, ['Cluster', 'Local']));
  }
  const distribution = spec.trafficDistribution;
  if (distribution !== undefined && !DISTRIBUTIONS.includes(distribution)) {
    errors.push(notSupported(SPEC.child('trafficDistribution'), distribution, DISTRIBUTIONS));
  }
  return errors;
}

function topologyAnnotations({ metadata }: Service): FieldError[] {
  const [mode, hints] = [metadata.annotations?.[MODE], metadata.annotations?.[HINTS]];
  if (mode === undefined || hints === undefined || mode === hints) return [];
  const at = FieldPath.of('metadata', 'annotations').key(MODE);
  return [invalid(at, mode, `must match annotations[${HINTS}] when both are specified`)];
}

export function validateService(service: Service): FieldError[] {
  const { spec } = service;
  const ports = spec.ports ?? [];
  const portsAt = SPEC.child('ports');
  const errors = topologyAnnotations(service);
  if (ports.length === 0 && !isHeadless(service) && !isExternalName(service)) errors.push(required(portsAt));
  errors.push(
    ...typeErrors(service),
    ...portErrors(portsAt, ports),
    ...validateLabels(SPEC.child('selector'), spec.selector),
    ...affinityErrors(service),
    ...validateAddressFields(service),
    ...(spec.externalIPs ?? []).flatMap((ip, i) => {
      const at = SPEC.child('externalIPs').index(i);
      const bad = validIp(at, ip);
      return bad.length ? bad : nonSpecialIp(at, ip);
    }),
    ...oneOf(SPEC.child('type'), spec.type, TYPES),
  );
  if (spec.type === 'ClusterIP') {
    ports.forEach((port, i) => {
      const at = portsAt.index(i).child('nodePort');
      if (port.nodePort) errors.push(forbidden(at, "may not be used when `type` is 'ClusterIP'"));
    });
  }
  return [
    ...errors,
    ...doubledPorts(portsAt, ports),
    ...sourceRanges(service),
    ...loadBalancerFields(service),
    ...trafficPolicies(service),
  ];
}

/** The primary address stays, unless the Service comes from or becomes an ExternalName. */
function clusterIpUpdate(service: Service, old: Service): FieldError[] {
  const [now, before] = [clusterIps(service), clusterIps(old)];
  const at = SPEC.child('clusterIPs');
  const fixed = (i: number) => invalid(at.index(i), now, 'may not change once set');
  if (now.length === before.length) return before.flatMap((ip, i) => (ip === now[i] ? [] : [fixed(i)]));
  if (now.length > before.length) return before.length && now[0] !== before[0] ? [fixed(0)] : [];
  if (now.length === 0) return [invalid(at.index(0), service.spec.clusterIPs, 'primary clusterIP can not be unset')];
  const errors = now[0] === before[0] ? [] : [fixed(0)];
  if (service.spec.ipFamilyPolicy !== 'SingleStack') {
    const why = "must be set to 'SingleStack' when releasing the secondary clusterIP";
    errors.push(invalid(SPEC.child('ipFamilyPolicy'), service.spec.ipFamilyPolicy, why));
  }
  return errors;
}

function familyUpdate(service: Service, old: Service): FieldError[] {
  const [now, before] = [service.spec.ipFamilies ?? [], old.spec.ipFamilies ?? []];
  const at = SPEC.child('ipFamilies').index(0);
  if (now.length === before.length) {
    return before.flatMap((family, i) => (family === now[i] ? [] : [invalid(at, now, 'may not change once set')]));
  }
  return before.length && now.length && now[0] !== before[0]
    ? [invalid(at, clusterIps(service), 'may not change once set')]
    : [];
}

export function validateServiceUpdate(service: Service, old: Service): FieldError[] {
  const errors: FieldError[] = [];
  if (!isExternalName(service) && !isExternalName(old) && !(isHeadless(service) && isHeadless(old))) {
    errors.push(...clusterIpUpdate(service, old));
    if (isHeadless(service) === isHeadless(old)) errors.push(...familyUpdate(service, old));
  }
  const bothLb = service.spec.type === 'LoadBalancer' && old.spec.type === 'LoadBalancer';
  if (bothLb && service.spec.loadBalancerClass !== old.spec.loadBalancerClass) {
    errors.push(invalid(SPEC.child('loadBalancerClass'), service.spec.loadBalancerClass, 'may not change once set'));
  }
  if (
    needsHealthCheck(service) &&
    needsHealthCheck(old) &&
    service.spec.healthCheckNodePort !== old.spec.healthCheckNodePort
  ) {
    errors.push(forbidden(SPEC.child('healthCheckNodePort'), 'field is immutable'));
  }
  return [...errors, ...validateService(service)];
}

/** What a load balancer reports. */
export function validateServiceStatus({ status, spec }: Service): FieldError[] {
  const at = FieldPath.of('status', 'loadBalancer', 'ingress');
  const ingress = status?.loadBalancer?.ingress ?? [];
  if (spec.type !== 'LoadBalancer' && ingress.length) {
    return [forbidden(at, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  return ingress.flatMap(({ ip, hostname, ipMode }, i) => {
    const here = at.index(i);
    const errors = ip ? validIp(here.child('ip'), ip) : [];
    if (ip && ipMode === undefined) errors.push(required(here.child('ipMode'), 'must be specified when `ip` is set'));
    if (!ip && ipMode !== undefined)
      errors.push(forbidden(here.child('ipMode'), 'may not be specified when `ip` is not set'));
    if (ip && ipMode !== undefined && !['Proxy', 'VIP'].includes(ipMode)) {
      errors.push(notSupported(here.child('ipMode'), ipMode, ['Proxy', 'VIP']));
    }
    if (hostname) {
      errors.push(...subdomainName(here.child('hostname'), hostname));
      if (validIp(here, hostname).length === 0) {
        errors.push(invalid(here.child('hostname'), hostname, 'must be a DNS name, not an IP address'));
      }
    }
    return errors;
  });
}
