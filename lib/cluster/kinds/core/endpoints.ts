import { required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { ipWarnings, validIp } from '../../machinery/names-of-addresses.ts';
import { endpoints } from '../../schema/generated/resources.ts';
import type { EndpointAddress, EndpointPort, EndpointSubset, Endpoints } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { labelName, oneOf, qualified, subdomainName, validPort } from '../shared/field-rules.ts';
import { PROTOCOLS } from '../shared/pod-spec/ports.ts';
import { nonSpecialIp } from '../shared/special-addresses.ts';

const SUBSETS = FieldPath.of('subsets');
const SHOWN = 3;

function addressErrors(at: FieldPath, address: EndpointAddress): FieldError[] {
  return [
    ...validIp(at.child('ip'), address.ip ?? ''),
    ...(address.hostname ? labelName(at.child('hostname'), address.hostname) : []),
    ...(address.nodeName === undefined ? [] : subdomainName(at.child('nodeName'), address.nodeName)),
    ...nonSpecialIp(at.child('ip'), address.ip ?? ''),
  ];
}

function portErrors(at: FieldPath, port: EndpointPort, needsName: boolean): FieldError[] {
  return [
    ...(port.name ? labelName(at.child('name'), port.name) : needsName ? [required(at.child('name'))] : []),
    ...validPort(at.child('port'), port.port ?? 0),
    ...oneOf(at.child('protocol'), port.protocol, PROTOCOLS),
    ...(port.appProtocol === undefined ? [] : qualified(at.child('appProtocol'), port.appProtocol)),
  ];
}

function validate({ subsets }: Endpoints): FieldError[] {
  return (subsets ?? []).flatMap((subset, i) => {
    const at = SUBSETS.index(i);
    const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
    const empty = !addresses.length && !notReadyAddresses.length;
    return [
      ...(empty ? [required(at, 'must specify `addresses` or `notReadyAddresses`')] : []),
      ...addresses.flatMap((a, j) => addressErrors(at.child('addresses').index(j), a)),
      ...notReadyAddresses.flatMap((a, j) => addressErrors(at.child('notReadyAddresses').index(j), a)),
      ...ports.flatMap((p, j) => portErrors(at.child('ports').index(j), p, ports.length > 1)),
    ];
  });
}

const hostPort = (ip: string, port: number) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`);

function targets({ addresses = [], ports = [] }: EndpointSubset): string[] {
  if (ports.length === 0) return addresses.map((a) => a.ip);
  return ports.flatMap((port) => addresses.map((a) => hostPort(a.ip, port.port)));
}

function summary({ subsets }: Endpoints): string {
  if (!subsets?.length) return '<none>';
  const all = subsets.flatMap(targets);
  const shown = all.slice(0, SHOWN).join(',');
  if (all.length > SHOWN) return `${shown} + ${all.length - SHOWN} more...`;
  return shown;
}

export const endpointsKind = defineKind<Endpoints>({
  resource: endpoints,
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  createOnUpdate: true,
  defaults({ subsets }) {
    for (const subset of subsets ?? []) for (const port of subset.ports ?? []) port.protocol ||= 'TCP';
  },
  validate,
  warnings: ({ subsets }) =>
    (subsets ?? []).flatMap((subset, i) =>
      (['addresses', 'notReadyAddresses'] as const).flatMap((key) =>
        (subset[key] ?? []).flatMap((address, j) => ipWarnings(`subsets[${i}].${key}[${j}].ip`, address.ip)),
      ),
    ),
  columns: [name(), column('Endpoints', 'string', 'Where the traffic goes.', summary), age()],
});
