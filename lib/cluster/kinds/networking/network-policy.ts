import { forbidden, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { cidrContains, parseCidr, validCidr, cidrWarnings } from '../../machinery/names-of-addresses.ts';
import { networkpolicies } from '../../schema/generated/resources.ts';
import type {
  IPBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from '../../schema/generated/types.ts';
import { showSelector } from '../apps/selector.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { portNumberOrName, validateLabelSelector, validPort } from '../shared/field-rules.ts';

const SPEC = FieldPath.of('spec');
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const TYPES = ['Ingress', 'Egress'];

function applyDefaults(draft: NetworkPolicy): void {
  draft.spec ??= {};
  const { spec } = draft;
  spec.podSelector ??= {};
  for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
    for (const port of rule.ports ?? []) port.protocol ||= 'TCP';
  }
  if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
}

function validateRulePort({ protocol, port, endPort }: NetworkPolicyPort, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const end = at.child('endPort');
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) {
    errors.push(notSupported(at.child('protocol'), protocol, PROTOCOLS));
  }
  if (port === undefined) {
    if (endPort !== undefined) errors.push(invalid(end, endPort, 'may not be specified when `port` is not specified'));
    return errors;
  }
  if (typeof port === 'string') {
    if (endPort !== undefined) errors.push(invalid(end, endPort, 'may not be specified when `port` is non-numeric'));
    return [...errors, ...portNumberOrName(at.child('port'), port)];
  }
  errors.push(...portNumberOrName(at.child('port'), port));
  if (endPort === undefined) return errors;
  // Upstream prints the port here, not the end.
  if (endPort < port) errors.push(invalid(end, port, 'must be greater than or equal to `port`'));
  return [...errors, ...validPort(end, endPort)];
}

function validateBlock({ cidr, except = [] }: IPBlock, at: FieldPath): FieldError[] {
  if (!cidr) return [required(at.child('cidr'))];
  const block = parseCidr(cidr);
  if (!block) return validCidr(at.child('cidr'), cidr);
  return except.flatMap((text, i) => {
    const here = at.child('except').index(i);
    const hole = parseCidr(text);
    if (!hole) return validCidr(here, text);
    return cidrContains(block, hole.address) && block.prefix < hole.prefix
      ? []
      : [invalid(here, text, 'must be a strict subset of `cidr`')];
  });
}

function validatePeer(peer: NetworkPolicyPeer, at: FieldPath): FieldError[] {
  const errors = [
    ...validateLabelSelector(at.child('podSelector'), peer.podSelector),
    ...validateLabelSelector(at.child('namespaceSelector'), peer.namespaceSelector),
    ...(peer.ipBlock ? validateBlock(peer.ipBlock, at.child('ipBlock')) : []),
  ];
  const selectors = peer.podSelector ?? peer.namespaceSelector;
  if (!selectors && !peer.ipBlock) errors.push(required(at, 'must specify a peer'));
  else if (selectors && peer.ipBlock) errors.push(forbidden(at, 'may not specify both ipBlock and another peer'));
  return errors;
}

function validateRule(
  ports: readonly NetworkPolicyPort[] | undefined,
  peers: readonly NetworkPolicyPeer[] | undefined,
  at: FieldPath,
  side: 'from' | 'to',
): FieldError[] {
  return [
    ...(ports ?? []).flatMap((port, i) => validateRulePort(port, at.child('ports').index(i))),
    ...(peers ?? []).flatMap((peer, i) => validatePeer(peer, at.child(side).index(i))),
  ];
}

function validateTypes(types: readonly string[], at: FieldPath): FieldError[] {
  if (types.length > TYPES.length) return [invalid(at, types, 'may not specify more than two policyTypes')];
  return types.flatMap((type, i) => (TYPES.includes(type) ? [] : [notSupported(at.index(i), type, TYPES)]));
}

const validate = (spec: NetworkPolicySpec): FieldError[] => [
  ...validateLabelSelector(SPEC.child('podSelector'), spec.podSelector),
  ...(spec.ingress ?? []).flatMap((r, i) => validateRule(r.ports, r.from, SPEC.child('ingress').index(i), 'from')),
  ...(spec.egress ?? []).flatMap((r, i) => validateRule(r.ports, r.to, SPEC.child('egress').index(i), 'to')),
  ...validateTypes(spec.policyTypes ?? [], SPEC.child('policyTypes')),
];

function peerWarnings(peers: readonly NetworkPolicyPeer[] | undefined, at: string): string[] {
  return (peers ?? []).flatMap(({ ipBlock }, i) =>
    ipBlock?.cidr
      ? [
          ...cidrWarnings(`${at}[${i}].ipBlock.cidr`, ipBlock.cidr),
          ...(ipBlock.except ?? []).flatMap((text, j) => cidrWarnings(`${at}[${i}].ipBlock.except[${j}]`, text)),
        ]
      : [],
  );
}

export const networkPolicy = defineKind<NetworkPolicy>({
  resource: networkpolicies,
  generation: true,
  defaults: applyDefaults,
  validate: ({ spec }) => validate(spec),
  warnings: ({ spec }) => [
    ...(spec.ingress ?? []).flatMap((rule, i) => peerWarnings(rule.from, `spec.ingress[${i}].from`)),
    ...(spec.egress ?? []).flatMap((rule, i) => peerWarnings(rule.to, `spec.egress[${i}].to`)),
  ],
  columns: [
    name(),
    column('Pod-Selector', 'string', 'The pods that the policy is for.', ({ spec }) => showSelector(spec.podSelector)),
    age(),
  ],
});
