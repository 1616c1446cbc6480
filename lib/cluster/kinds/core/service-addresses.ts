import { randomInt } from '../../../kit/random.ts';
import { deepEqual } from '../../../kit/deep.ts';
import { duplicate, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import {
  cidrContains,
  cidrSize,
  formatAddress,
  networkAddress,
  parseAddress,
  parseCidr,
  validIp,
  type Cidr,
} from '../../machinery/names-of-addresses.ts';
import { internalError, invalidObject, type StatusError } from '../../machinery/status-error.ts';
import { ipaddresses, servicecidrs, services } from '../../schema/generated/resources.ts';
import type { IPAddress, Service, ServiceCIDR } from '../../schema/generated/types.ts';
import type { KindContext, SideEffect } from '../define.ts';
import { clusterIps, isExternalName, isHeadless, NONE } from './service-shape.ts';

const SPEC = FieldPath.of('spec');
const IPS = SPEC.child('clusterIPs');
const POLICY = SPEC.child('ipFamilyPolicy');
const FAMILIES = ['IPv4', 'IPv6'];
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

const familyOf = (ip: string): string => (parseAddress(ip)?.family === 6 ? 'IPv6' : 'IPv4');

/** The refusal of a Service, with these errors. */
export const refused = (service: Service, errors: readonly FieldError[]): StatusError =>
  invalidObject({ group: '', kind: 'Service' }, service.metadata.name, errors);

/** The families in use here, the first being the default, and the blocks that addresses come from. */
function blocks(context: KindContext): Cidr[] {
  const ready = context.read.list(servicecidrs).filter((object) => {
    const { metadata, status } = object as unknown as ServiceCIDR;
    return !metadata.deletionTimestamp && status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True');
  });
  const texts = ready.flatMap((object) => (object as unknown as ServiceCIDR).spec?.cidrs ?? []);
  const all = [...context.flags.serviceClusterIpRange.split(','), ...texts];
  return all.map((text) => parseCidr(text)).filter((cidr) => cidr !== undefined);
}

const configured = (context: KindContext): string[] => {
  const families = context.flags.serviceClusterIpRange.split(',').map((text) => (text.includes(':') ? 'IPv6' : 'IPv4'));
  return [...new Set(families)];
};

/** clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy must agree; also asked before anything is allocated. */
export function validateAddressFields(service: Service): FieldError[] {
  const { spec } = service;
  if (isExternalName(service)) return [];
  const ips = clusterIps(service);
  const families = spec.ipFamilies ?? [];
  const errors: FieldError[] = [];
  if (spec.clusterIP) {
    if (ips.length === 0) errors.push(required(IPS));
    else if (ips[0] !== spec.clusterIP) errors.push(invalid(IPS, ips, 'first value must match `clusterIP`'));
  } else if (ips.length) errors.push(invalid(IPS, ips, 'must be empty when `clusterIP` is not specified'));
  families.forEach((family, i) => {
    const at = SPEC.child('ipFamilies').index(i);
    if (!FAMILIES.includes(family)) errors.push(notSupported(at, family, FAMILIES));
    if (families.indexOf(family) < i) errors.push(duplicate(at, family));
  });
  const policy = spec.ipFamilyPolicy;
  if (policy !== undefined && !POLICIES.includes(policy)) errors.push(notSupported(POLICY, policy, POLICIES));
  let malformed = false;
  ips.forEach((ip, i) => {
    if (i === 0 && ip === NONE) {
      if (ips.length > 1) errors.push(invalid(IPS, ips, "'None' must be the first and only value"));
      malformed ||= ips.length > 1;
      return;
    }
    const bad = validIp(IPS.index(i), ip);
    malformed ||= bad.length > 0;
    errors.push(...bad);
  });
  if (ips.length > 2) errors.push(invalid(IPS, ips, 'may only hold up to 2 values'));
  if (malformed) return errors;
  if (ips.length > 1 && new Set(ips.map(familyOf)).size < ips.length) {
    errors.push(invalid(IPS, ips, 'may specify no more than one IP for each IP family'));
  }
  if (isHeadless(service)) return errors;
  ips.forEach((ip, i) => {
    const family = families[i];
    if (family !== undefined && FAMILIES.includes(family) && familyOf(ip) !== family) {
      errors.push(invalid(IPS.index(i), ip, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``));
    }
  });
  return errors;
}

/** A PreferDualStack Service keeps the families it has while the cluster's change, unless its owner asks. */
function keepsFamilies(service: Service, old: Service | undefined): boolean {
  return (
    old !== undefined &&
    service.spec.type === old.spec.type &&
    service.spec.ipFamilyPolicy === 'PreferDualStack' &&
    old.spec.ipFamilyPolicy === 'PreferDualStack' &&
    deepEqual(service.spec.clusterIPs, old.spec.clusterIPs) &&
    deepEqual(service.spec.ipFamilies, old.spec.ipFamilies)
  );
}

function defaultPolicy({ spec }: Service, old: Service | undefined): string {
  if (old?.spec.ipFamilyPolicy) return old.spec.ipFamilyPolicy;
  const anywhere = spec.clusterIP === NONE && Object.keys(spec.selector ?? {}).length === 0;
  return anywhere ? 'RequireDualStack' : 'SingleStack';
}

const reduced = (now: string[] | undefined, before: string[] | undefined) =>
  (now?.length ?? 0) > 0 && (before?.length ?? 0) > (now?.length ?? 0) && now?.[0] === before?.[0];

/** What the update itself says about the number of stacks. */
function checkStacks(service: Service, old: Service | undefined): FieldError[] {
  const { spec } = service;
  const errors: FieldError[] = [];
  const single = spec.ipFamilyPolicy === 'SingleStack';
  if (old && single) {
    if (deepEqual(spec.clusterIPs, old.spec.clusterIPs)) spec.clusterIPs = spec.clusterIPs?.slice(0, 1);
    if (deepEqual(spec.ipFamilies, old.spec.ipFamilies)) spec.ipFamilies = spec.ipFamilies?.slice(0, 1);
  } else if (old) {
    const release = (what: string) =>
      errors.push(invalid(POLICY, spec.ipFamilyPolicy, `must be 'SingleStack' to release the secondary ${what}`));
    if (reduced(spec.clusterIPs, old.spec.clusterIPs)) release('cluster IP');
    if (reduced(spec.ipFamilies, old.spec.ipFamilies)) release('IP family');
  }
  if (single) {
    const many = (what: string) =>
      errors.push(
        invalid(
          POLICY,
          spec.ipFamilyPolicy,
          `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`,
        ),
      );
    if (spec.clusterIPs?.length === 2) many('cluster IPs');
    if (spec.ipFamilies?.length === 2) many('IP families');
  }
  return errors;
}

const other = (family: string | undefined): string => (family === 'IPv4' ? 'IPv6' : 'IPv4');

/** Decides ipFamilyPolicy and ipFamilies from what is given and from what the cluster has. Throws what does not fit. */
export function settleFamilies(service: Service, old: Service | undefined, context: KindContext): void {
  const { spec } = service;
  if (isExternalName(service) || keepsFamilies(service, old)) return;
  spec.ipFamilyPolicy ??= defaultPolicy(service, old);
  const first = validateAddressFields(service);
  if (first.length) throw refused(service, first);

  const here = configured(context);
  const errors = checkStacks(service, old);
  const families = [...(spec.ipFamilies ?? [])];
  clusterIps(service).forEach((ip, i) => {
    if (ip === NONE || i < families.length) return;
    const family = familyOf(ip);
    if (here.includes(family)) families.push(family);
    else errors.push(invalid(IPS.index(i), spec.clusterIPs, `${family} is not configured on this cluster`));
  });
  if (errors.length) throw refused(service, errors);

  const dual = spec.ipFamilyPolicy !== 'SingleStack';
  if (spec.clusterIP === NONE && Object.keys(spec.selector ?? {}).length === 0) {
    if (families.length === 0) families.push(here[0] ?? 'IPv4');
    if (families.length < 2 && dual) families.push(other(families[0]));
    spec.ipFamilies = families;
    return;
  }
  if (spec.ipFamilyPolicy === 'RequireDualStack' && here.length < 2) {
    errors.push(invalid(POLICY, spec.ipFamilyPolicy, 'this cluster is not configured for dual-stack services'));
  }
  families.forEach((family, i) => {
    if (!here.includes(family))
      errors.push(invalid(SPEC.child('ipFamilies').index(i), family, 'not configured on this cluster'));
  });
  if (errors.length) throw refused(service, errors);
  if (families.length === 0) families.push(here[0] ?? 'IPv4');
  if (dual && families.length === 1 && here.length === 2) families.push(other(families[0]));
  spec.ipFamilies = families;
}

function ipAddress(ip: string, family: string, { metadata }: Service): SideEffect['object'] {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: {
      name: ip,
      labels: {
        'ipaddress.kubernetes.io/ip-family': family,
        'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
      },
    },
    spec: { parentRef: { name: metadata.name, namespace: metadata.namespace, resource: services.resource } },
  };
}

const effect = (action: SideEffect['action'], object: SideEffect['object']): SideEffect => ({
  resource: ipaddresses,
  action,
  object,
});

const isTaken = (ip: string, context: KindContext): boolean => context.read.get(ipaddresses, '', ip) !== undefined;

/** Addresses at the start of a block that are only given on request. */
function reservedAddresses(size: bigint): bigint {
  const share = size / 16n;
  const atLeast = share < 16n ? 16n : share;
  return atLeast > 256n ? 256n : atLeast;
}

/** A free address by chance, from the part of a block that is meant for it, else from the rest. */
function anyFree(block: Cidr, context: KindContext): string | undefined {
  const { family, value: base } = networkAddress(block);
  const all = cidrSize(block);
  const usable = Number(all > 1n << 20n ? 1n << 20n : all) - (family === 4 ? 2 : 1);
  const reserved = usable > 16 ? Number(reservedAddresses(all)) : 0;
  const at = (offset: number) => formatAddress({ family, value: base + BigInt(offset) });
  const upper = Math.max(usable - reserved, 0);
  const start = upper ? randomInt(context.random, upper) : 0;
  for (let i = 0; i < upper; i++) {
    const ip = at(1 + reserved + ((start + i) % upper));
    if (!isTaken(ip, context)) return ip;
  }
  for (let offset = 1; offset <= Math.min(reserved, usable); offset++)
    if (!isTaken(at(offset), context)) return at(offset);
  return undefined;
}

function take(service: Service, ip: string, family: string, context: KindContext): string {
  const own = blocks(context).filter((block) => (block.address.family === 6 ? 'IPv6' : 'IPv4') === family);
  if (!ip) {
    for (const block of own) {
      const free = anyFree(block, context);
      if (free) return free;
    }
    throw internalError('failed to allocate a serviceIP: range is full');
  }
  const address = parseAddress(ip);
  const fail = (why: string) =>
    refused(service, [invalid(IPS, service.spec.clusterIPs, `failed to allocate IP ${ip}: ${why}`)]);
  if (!address || !own.some((block) => cidrContains(block, address))) {
    throw fail('the provided network does not match the current range');
  }
  if (isTaken(formatAddress(address), context)) throw fail('provided IP is already allocated');
  return ip;
}

/** Fills clusterIPs, one for each family, and says which IPAddress objects go with the new ones. */
function takeMissing(service: Service, kept: readonly string[], context: KindContext): SideEffect[] {
  const { spec } = service;
  const families = spec.ipFamilies ?? [];
  const effects: SideEffect[] = [];
  const ips = families.map((family, i) => {
    const asked = spec.clusterIPs?.[i] ?? '';
    if (asked && kept.includes(asked)) return asked;
    const ip = take(service, asked, family, context);
    effects.push(effect('create', ipAddress(ip, family, service)));
    return ip;
  });
  spec.clusterIPs = ips;
  spec.clusterIP = ips[0];
  return effects;
}

export function allocateAddresses(service: Service, context: KindContext): SideEffect[] {
  if (isExternalName(service) || clusterIps(service)[0] === NONE) return [];
  return takeMissing(service, [], context);
}

/** The addresses of a Service that has gone. */
export function releaseAddresses(service: Service, kept: readonly string[], context: KindContext): SideEffect[] {
  return clusterIps(service)
    .filter((ip) => ip !== NONE && !kept.includes(ip))
    .flatMap((ip) => {
      const object = context.read.get(ipaddresses, '', ip);
      const parent = (object as unknown as IPAddress | undefined)?.spec?.parentRef;
      const ours = parent?.name === service.metadata.name && parent.namespace === service.metadata.namespace;
      return object && ours ? [effect('delete', object)] : [];
    });
}

/** What a change of type or of families takes and gives back. */
export function updateAddresses(service: Service, old: Service, context: KindContext): SideEffect[] {
  if (keepsFamilies(service, old)) return [];
  if (isExternalName(old) && !isExternalName(service)) return allocateAddresses(service, context);
  if (isHeadless(old)) return [];
  if (isExternalName(service)) return isExternalName(old) ? [] : releaseAddresses(old, [], context);
  const [before, now] = [old.spec.ipFamilies?.length ?? 0, service.spec.ipFamilies?.length ?? 0];
  if (before === 1 && now === 2) return takeMissing(service, clusterIps(old), context);
  return before === 2 && now === 1 ? releaseAddresses(old, clusterIps(service), context) : [];
}
