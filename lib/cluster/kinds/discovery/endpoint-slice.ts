import { duplicate, invalid, notSupported, required, tooMany, type FieldError } from '../../machinery/field-error.ts';
import { deepEqual } from '../../../kit/deep.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { ipWarnings, parseAddress } from '../../machinery/names-of-addresses.ts';
import { fullyQualifiedDomainName } from '../../machinery/names-of-domains.ts';
import { labelValue } from '../../machinery/names.ts';
import { endpointslices } from '../../schema/generated/resources.ts';
import type { DiscoveryV1EndpointPort, Endpoint, EndpointHints, EndpointSlice } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { complaints, immutable, labelName, qualified, subdomainName, validateLabels } from '../shared/field-rules.ts';
import { validateEndpointIp } from './endpoint-ip.ts';

const TYPES = ['FQDN', 'IPv4', 'IPv6'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const MAX_TOPOLOGY = 16;
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20_000;
const MAX_ENDPOINTS = 1000;
const MAX_HINTS = 8;
const SHOWN = 3;

function applyDefaults(draft: EndpointSlice): void {
  draft.addressType ??= '';
  // Lists that are always written, as null when absent.
  const lists = draft as { endpoints: Endpoint[] | null; ports: DiscoveryV1EndpointPort[] | null };
  lists.endpoints ??= null;
  lists.ports ??= null;
  for (const endpoint of draft.endpoints ?? []) endpoint.conditions ??= {};
  for (const port of draft.ports ?? []) {
    port.name ??= '';
    port.protocol ??= 'TCP';
  }
}

function validateAddress(address: string, type: string, at: FieldPath): FieldError[] {
  if (type === 'FQDN') return fullyQualifiedDomainName(at, address);
  const family = type === 'IPv4' ? 4 : type === 'IPv6' ? 6 : undefined;
  if (!family) return [];
  const errors =
    parseAddress(address)?.family === family ? [] : [invalid(at, address, `must be a valid ${type} address`)];
  return [...errors, ...validateEndpointIp(at, address)];
}

function validateHintList(names: readonly { name: string }[], at: FieldPath, label: boolean): FieldError[] {
  if (names.length > MAX_HINTS) return [tooMany(at, names.length, MAX_HINTS)];
  const seen = new Set<string>();
  return names.flatMap(({ name: text }, i) => {
    const here = at.index(i).child('name');
    const errors = seen.has(text) ? [duplicate(here, text)] : [];
    seen.add(text);
    return [...errors, ...(label ? complaints(here, text, labelValue(text)) : subdomainName(here, text))];
  });
}

const validateHints = (hints: EndpointHints, at: FieldPath): FieldError[] => [
  ...validateHintList(hints.forZones ?? [], at.child('forZones'), true),
  ...validateHintList(hints.forNodes ?? [], at.child('forNodes'), false),
];

function validateEndpoint(endpoint: Endpoint, type: string, at: FieldPath): FieldError[] {
  const addresses = endpoint.addresses ?? [];
  const list = at.child('addresses');
  const topology = Object.keys(endpoint.deprecatedTopology ?? {}).length;
  return [
    ...(addresses.length ? [] : [required(list, 'must contain at least 1 address')]),
    ...(addresses.length > MAX_ADDRESSES ? [tooMany(list, addresses.length, MAX_ADDRESSES)] : []),
    ...addresses.flatMap((address, i) => validateAddress(address, type, list.index(i))),
    ...(endpoint.nodeName === undefined ? [] : subdomainName(at.child('nodeName'), endpoint.nodeName)),
    ...(topology > MAX_TOPOLOGY ? [tooMany(at.child('deprecatedTopology'), topology, MAX_TOPOLOGY)] : []),
    ...validateLabels(at.child('deprecatedTopology'), endpoint.deprecatedTopology),
    ...(endpoint.hostname === undefined ? [] : labelName(at.child('hostname'), endpoint.hostname)),
    ...(endpoint.hints ? validateHints(endpoint.hints, at.child('hints')) : []),
  ];
}

function validatePorts(ports: readonly DiscoveryV1EndpointPort[], at: FieldPath): FieldError[] {
  if (ports.length > MAX_PORTS) return [tooMany(at, ports.length, MAX_PORTS)];
  const names = new Set<string>();
  return ports.flatMap(({ name: text = '', protocol, appProtocol }, i) => {
    const here = at.index(i);
    const errors = text ? labelName(here.child('name'), text) : [];
    if (names.has(text)) errors.push(duplicate(here.child('name'), text));
    names.add(text);
    if (protocol === undefined) errors.push(required(here.child('protocol')));
    else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(here.child('protocol'), protocol, PROTOCOLS));
    return [...errors, ...(appProtocol === undefined ? [] : qualified(here.child('appProtocol'), appProtocol))];
  });
}

function validate({ addressType, endpoints, ports }: EndpointSlice): FieldError[] {
  const at = FieldPath.of('addressType');
  const errors: FieldError[] = [];
  if (!addressType) errors.push(required(at));
  else if (!TYPES.includes(addressType)) errors.push(notSupported(at, addressType, TYPES));
  const list = FieldPath.of('endpoints');
  if ((endpoints?.length ?? 0) > MAX_ENDPOINTS) errors.push(tooMany(list, endpoints?.length ?? 0, MAX_ENDPOINTS));
  else errors.push(...(endpoints ?? []).flatMap((e, i) => validateEndpoint(e, addressType, list.index(i))));
  return [...errors, ...validatePorts(ports ?? [], FieldPath.of('ports'))];
}

/** The first few, and how many more. */
function few(items: readonly string[]): string {
  const shown = items.slice(0, SHOWN).join(',');
  return items.length > SHOWN ? `${shown} + ${items.length - SHOWN} more...` : shown || '<unset>';
}

const portsText = ({ ports }: EndpointSlice): string =>
  few((ports ?? []).map(({ port, name: portName }) => String(port ?? portName ?? '*')));

const withoutMeta = ({ metadata: _meta, ...rest }: EndpointSlice) => rest;

export const endpointSlice = defineKind<EndpointSlice>({
  resource: endpointslices,
  // Labels count, too: they say whose slice it is.
  generation: (object, old) =>
    !deepEqual(withoutMeta(object), withoutMeta(old)) || !deepEqual(object.metadata.labels, old.metadata.labels),
  defaults: applyDefaults,
  validate,
  validateUpdate: (object, old) => [
    // Endpoints that stay as they were are not judged again, though their type may now be another.
    ...validate(deepEqual(object.endpoints, old.endpoints) ? { ...object, endpoints: [] } : object),
    ...immutable(FieldPath.of('addressType'), object.addressType, old.addressType),
  ],
  warnings: ({ addressType, endpoints }) =>
    addressType === 'FQDN'
      ? ['spec.addressType: FQDN endpoints are deprecated']
      : (endpoints ?? []).flatMap((endpoint, i) =>
          (endpoint.addresses ?? []).flatMap((address, j) => ipWarnings(`endpoints[${i}].addresses[${j}]`, address)),
        ),
  columns: [
    name(),
    column('AddressType', 'string', 'What kind of addresses it holds.', (o) => o.addressType),
    column('Ports', 'string', 'Ports of the endpoints.', portsText),
    column('Endpoints', 'string', 'Addresses of the endpoints.', ({ endpoints }) =>
      few((endpoints ?? []).flatMap((e) => e.addresses ?? [])),
    ),
    age(),
  ],
});
