import { duplicate, forbidden, invalid, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { labelValue } from '../../machinery/names.ts';
import { validCidr } from '../../machinery/names-of-addresses.ts';
import { nodes } from '../../schema/generated/resources.ts';
import type { Node, Taint } from '../../schema/generated/types.ts';
import { defineKind, type Column } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { entriesOf, oneOf, qualified } from '../shared/field-rules.ts';
import { internalForm } from '../shared/internal-form.ts';
import { TAINT_EFFECTS } from '../shared/pod-spec/tolerations.ts';
import { validateResourceQuantity } from '../shared/resource-names.ts';

const ROLE = 'node-role.kubernetes.io/';
const OLD_ROLE = 'kubernetes.io/role';
/** Upstream complains of taints at this path. */
const TAINTS = FieldPath.of('metadata', 'taints');
const CIDRS = FieldPath.of('spec', 'podCIDRs');

function taintErrors(taints: readonly Taint[] | undefined): FieldError[] {
  const seen = new Set<string>();
  return (taints ?? []).flatMap((taint, i) => {
    const at = TAINTS.index(i);
    const bad = labelValue(taint.value ?? '');
    const errors = [
      ...qualified(at.child('key'), taint.key ?? ''),
      ...(bad.length ? [invalid(at.child('value'), taint.value, bad.join(';'))] : []),
      ...oneOf(at.child('effect'), taint.effect, TAINT_EFFECTS),
    ];
    const id = `${taint.effect}/${taint.key}`;
    if (seen.has(id)) {
      const error = duplicate(at, internalForm('Taint', taint));
      errors.push({ ...error, message: `${error.message}: taints must be unique by key and effect pair` });
    }
    seen.add(id);
    return errors;
  });
}

function resourceErrors({ status }: Node): FieldError[] {
  return (['capacity', 'allocatable'] as const).flatMap((kind) =>
    entriesOf(status?.[kind]).flatMap(([key, quantity]) =>
      validateResourceQuantity(FieldPath.of('status', kind, key), key, quantity),
    ),
  );
}

function cidrErrors({ spec }: Node): FieldError[] {
  const cidrs = spec?.podCIDRs ?? [];
  const errors = cidrs.flatMap((cidr, i) => validCidr(CIDRS.index(i), cidr));
  const families = new Set(cidrs.map((cidr) => cidr.includes(':')));
  if (cidrs.length > 1 && (families.size < 2 || cidrs.length > 2)) {
    errors.push(invalid(CIDRS, cidrs, 'may specify no more than one CIDR for each IP family'));
  }
  cidrs.forEach((cidr, i) => {
    if (cidrs.indexOf(cidr) < i) errors.push(duplicate(CIDRS.index(i), cidr));
  });
  return errors;
}

function validateUpdate(node: Node, old: Node): FieldError[] {
  const errors = resourceErrors(node);
  const addresses = (node.status?.addresses ?? []).map((a) => `${a.type}/${a.address}`);
  (node.status?.addresses ?? []).forEach((address, i) => {
    if (addresses.indexOf(addresses[i] ?? '') < i) {
      errors.push(duplicate(FieldPath.of('status', 'addresses').index(i), internalForm('NodeAddress', address)));
    }
  });
  const [now, before] = [node.spec?.podCIDRs ?? [], old.spec?.podCIDRs ?? []];
  if (before.length) {
    const why = 'node updates may not change podCIDR except from "" to valid';
    if (now.length !== before.length) errors.push(forbidden(CIDRS, why));
    else errors.push(...before.filter((cidr, i) => cidr !== now[i]).map(() => forbidden(CIDRS, why)));
  }
  if (old.spec?.providerID && old.spec.providerID !== node.spec?.providerID) {
    const why = 'node updates may not change providerID except from "" to valid';
    errors.push(forbidden(FieldPath.of('spec', 'providerID'), why));
  }
  return [...errors, ...taintErrors(node.spec?.taints)];
}

function statusText({ spec, status }: Node): string {
  const ready = status?.conditions?.find((c) => c.type === 'Ready')?.status;
  const words = [ready === undefined ? 'Unknown' : ready === 'True' ? 'Ready' : 'NotReady'];
  if (spec?.unschedulable) words.push('SchedulingDisabled');
  return words.join(',');
}

function roles({ metadata }: Node): string {
  const found = entriesOf(metadata.labels).flatMap(([key, value]) => {
    if (key.startsWith(ROLE)) return key.length > ROLE.length ? [key.slice(ROLE.length)] : [];
    return key === OLD_ROLE && value ? [value] : [];
  });
  return [...new Set(found)].sort().join(',') || '<none>';
}

const addressOf = (type: string) => (node: Node) =>
  node.status?.addresses?.find((a) => a.type === type)?.address ?? '<none>';

const wide = { priority: 1 } as const;

function kernel({ status }: Node): string {
  const { kernelVersion = '', architecture = '' } = status?.nodeInfo ?? {};
  if (!kernelVersion) return '<unknown>';
  return architecture ? `${kernelVersion} (${architecture})` : kernelVersion;
}

const columns: readonly Column<Node>[] = [
  name(),
  column('Status', 'string', 'Whether the node is ready, and takes new pods.', statusText),
  column('Roles', 'string', 'What the node is for.', roles),
  age(),
  column('Version', 'string', 'The version of its kubelet.', (n) => n.status?.nodeInfo?.kubeletVersion ?? ''),
  column('Internal-IP', 'string', 'Its address in the cluster.', addressOf('InternalIP'), wide),
  column('External-IP', 'string', 'Its address outside.', addressOf('ExternalIP'), wide),
  column('OS-Image', 'string', 'Its operating system.', (n) => n.status?.nodeInfo?.osImage || '<unknown>', wide),
  column('Kernel-Version', 'string', 'Its kernel and processor.', kernel, wide),
  column(
    'Container-Runtime',
    'string',
    'What runs its containers.',
    (n) => n.status?.nodeInfo?.containerRuntimeVersion || '<unknown>',
    wide,
  ),
];

export const node = defineKind<Node>({
  resource: nodes,
  defaults(draft) {
    draft.spec ??= {};
    draft.status ??= {};
    if (draft.status.capacity) draft.status.allocatable ??= { ...draft.status.capacity };
    const { spec } = draft;
    if (spec.podCIDR && spec.podCIDRs?.[0] !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR];
    else if (spec.podCIDRs?.[0]) spec.podCIDR ||= spec.podCIDRs[0];
  },
  validate: (object) => [...taintErrors(object.spec?.taints), ...resourceErrors(object), ...cidrErrors(object)],
  validateUpdate,
  validateStatusUpdate: validateUpdate,
  selectableFields: { 'spec.unschedulable': (o) => String(o.spec?.unschedulable ?? false) },
  columns,
});
