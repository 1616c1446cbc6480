import { deepEqual } from '../../../../kit/deep.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import { canonicalQuantity, quantityNanos } from '../../../machinery/quantity.ts';
import type {
  Container,
  ContainerPort,
  NodeSelectorTerm,
  ObjectMeta,
  PodSpec,
  PodTemplateSpec,
  Volume,
} from '../../../schema/generated/types.ts';
import { ipWarnings } from '../../../machinery/names-of-addresses.ts';
import { APP_ARMOR, SECCOMP_CONTAINER, SECCOMP_POD } from './annotations.ts';
import { entriesOf } from '../field-rules.ts';
import { visitContainers } from './visit.ts';

const says = (at: FieldPath, text: string): string => `${at.toString()}: ${text}`;

const NODE_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

const ANNOTATIONS: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
};

const VOLUMES: readonly (readonly [key: keyof Volume, text: string, shown?: string])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+', 'storageOS'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

/** Of node selector terms, also of PersistentVolumes. */
export function nodeTermWarnings(at: FieldPath, term: NodeSelectorTerm | undefined): string[] {
  return (term?.matchExpressions ?? []).flatMap(({ key }, i) => {
    const text = NODE_LABELS[key];
    return text ? [says(at.child('matchExpressions').index(i).child('key'), `${key} is ${text}`)] : [];
  });
}

function placement(at: FieldPath, spec: PodSpec): string[] {
  const warnings = entriesOf(spec.nodeSelector).flatMap(([key]) => {
    const text = NODE_LABELS[key];
    return text ? [says(at.child('nodeSelector').key(key), text)] : [];
  });
  const node = spec.affinity?.nodeAffinity;
  const nodeAt = at.child('affinity', 'nodeAffinity');
  const termsAt = nodeAt.child('requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms');
  const preferredAt = nodeAt.child('preferredDuringSchedulingIgnoredDuringExecution');
  (node?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []).forEach((term, i) =>
    warnings.push(...nodeTermWarnings(termsAt.index(i), term)),
  );
  (node?.preferredDuringSchedulingIgnoredDuringExecution ?? []).forEach((term, i) =>
    warnings.push(...nodeTermWarnings(preferredAt.index(i).child('preference'), term.preference)),
  );
  (spec.topologySpreadConstraints ?? []).forEach((constraint, i) => {
    const here = at.child('topologySpreadConstraints').index(i);
    const text = NODE_LABELS[constraint.topologyKey];
    if (text) warnings.push(says(here.child('topologyKey'), `${constraint.topologyKey} is ${text}`));
    if (!constraint.labelSelector)
      warnings.push(says(here.child('labelSelector'), 'a null labelSelector results in matching no pod'));
  });
  return warnings;
}

function volumes(at: FieldPath, spec: PodSpec): string[] {
  return (spec.volumes ?? []).flatMap((volume, i) => {
    const here = at.child('volumes').index(i);
    const old = VOLUMES.filter(([key]) => volume[key] !== undefined).map(([key, text, shown = key]) =>
      says(here.child(shown), text),
    );
    const size = volume.ephemeral?.volumeClaimTemplate?.spec?.resources?.requests?.storage;
    const sizeAt = here.child('ephemeral', 'volumeClaimTemplate', 'spec', 'resources', 'requests').key('storage');
    return [...old, ...fractional(sizeAt, size)];
  });
}

function doubled(at: FieldPath, names: readonly (string | undefined)[], field: string): string[] {
  return names.flatMap((name = '', i) =>
    names.indexOf(name) < i ? [says(at.index(i).child(field), `duplicate ${field} ${JSON.stringify(name)}`)] : [],
  );
}

/** Bytes cannot be divided; the API takes such amounts and rounds them up. */
export function fractional(at: FieldPath, quantity: string | undefined): string[] {
  if (quantity === undefined || quantityNanos(quantity) % 1_000_000_000n === 0n) return [];
  return [
    says(at, `fractional byte value ${JSON.stringify(canonicalQuantity(quantity))} is invalid, must be an integer`),
  ];
}

function containerResources(at: FieldPath, c: Container): string[] {
  const { limits, requests } = c.resources ?? {};
  const [limitsAt, requestsAt] = [at.child('resources', 'limits'), at.child('resources', 'requests')];
  return ['memory', 'ephemeral-storage'].flatMap((name) => [
    ...fractional(limitsAt.key(name), limits?.[name]),
    ...fractional(requestsAt.key(name), requests?.[name]),
  ]);
}

/** A second variable of one name is fine where it builds on the first. */
function hiddenEnv(at: FieldPath, c: Container): string[] {
  const seen = new Set<string>();
  return (c.env ?? []).flatMap((v, i) => {
    const reference = `$(${v.name})`;
    const hides =
      seen.has(v.name) && (v.valueFrom !== undefined || v.value === reference || !v.value?.includes(reference));
    seen.add(v.name);
    const name = JSON.stringify(v.name);
    return hides
      ? [says(at.child('env').index(i), `hides previous definition of ${name}, which may be dropped when using apply`)]
      : [];
  });
}

function ports(at: FieldPath, spec: PodSpec): string[] {
  const warnings: string[] = [];
  const seen: { at: FieldPath; port: ContainerPort }[] = [];
  visitContainers(at, spec, (containerAt, c) => {
    (c.ports ?? []).forEach((port, i) => {
      const here = containerAt.child('ports').index(i);
      if (port.hostIP) warnings.push(...ipWarnings(here.child('hostIP').toString(), port.hostIP));
      for (const other of seen) {
        const { port: p } = other;
        if (p.containerPort !== port.containerPort || p.protocol !== port.protocol) continue;
        const [own, their] = [port.hostPort ?? 0, p.hostPort ?? 0];
        const [ownIp, theirIp] = [port.hostIP ?? '', p.hostIP ?? ''];
        if (own === their && ownIp === theirIp)
          warnings.push(says(here, `duplicate port definition with ${other.at.toString()}`));
        else if (own === 0 || their === 0)
          warnings.push(says(here, `overlapping port definition with ${other.at.toString()}`));
        else if (own === their && (ownIp === '' || theirIp === '')) {
          warnings.push(says(here, `dangerously ambiguous port definition with ${other.at.toString()}`));
        }
      }
      seen.push({ at: here, port });
    });
  });
  return warnings;
}

function annotations(at: FieldPath, meta: ObjectMeta | undefined, spec: PodSpec): string[] {
  const here = at.child('metadata', 'annotations');
  const has = (key: string) => meta?.annotations?.[key] !== undefined;
  const warnings = Object.entries(ANNOTATIONS)
    .filter(([key]) => has(key))
    .map(([key, text]) => says(here.key(key), text));
  const seccomp = 'non-functional in v1.27+; use the "seccompProfile" field instead';
  if (!spec.securityContext?.seccompProfile && has(SECCOMP_POD)) warnings.push(says(here.key(SECCOMP_POD), seccomp));
  visitContainers(at, spec, (_, c) => {
    const [own, armor] = [SECCOMP_CONTAINER + c.name, APP_ARMOR + c.name];
    if (!c.securityContext?.seccompProfile && has(own)) warnings.push(says(here.key(own), seccomp));
    const profile = c.securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile;
    if (!profile && has(armor))
      warnings.push(says(here.key(armor), 'deprecated since v1.30; use the "appArmorProfile" field instead'));
  });
  return warnings;
}

/** What the API warns of in a pod, at '' for a Pod itself or at the template's path. */
export function podWarnings(at: FieldPath, meta: ObjectMeta | undefined, spec: PodSpec): string[] {
  const specAt = at.child('spec');
  const secrets = (spec.imagePullSecrets ?? []).map((s) => s.name);
  const warnings = [
    ...placement(specAt, spec),
    ...annotations(at, meta, spec),
    ...volumes(specAt, spec),
    ...doubled(
      specAt.child('hostAliases'),
      (spec.hostAliases ?? []).map((a) => a.ip),
      'ip',
    ),
    ...doubled(specAt.child('imagePullSecrets'), secrets, 'name'),
    ...secrets.flatMap((name, i) =>
      name ? [] : [says(specAt.child('imagePullSecrets').index(i).child('name'), 'invalid empty name ""')],
    ),
    ...['memory', 'ephemeral-storage'].flatMap((name) =>
      fractional(specAt.child('overhead').key(name), spec.overhead?.[name]),
    ),
  ];
  visitContainers(specAt, spec, (here, c) => warnings.push(...containerResources(here, c), ...hiddenEnv(here, c)));
  warnings.push(...ports(specAt, spec));
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    warnings.push(
      says(
        specAt.child('terminationGracePeriodSeconds'),
        'must be >= 0; negative values are invalid and will be treated as 1',
      ),
    );
  }
  (spec.hostAliases ?? []).forEach((alias, i) =>
    warnings.push(...ipWarnings(specAt.child('hostAliases').index(i).child('ip').toString(), alias.ip)),
  );
  (spec.dnsConfig?.nameservers ?? []).forEach((server, i) =>
    warnings.push(...ipWarnings(specAt.child('dnsConfig', 'nameservers').index(i).toString(), server)),
  );
  return warnings;
}

/** The warnings of a workload's template; none for an update that leaves it as it was. */
export function templateWarnings(
  template: PodTemplateSpec | undefined,
  old: PodTemplateSpec | undefined,
  at: FieldPath,
): string[] {
  return template?.spec && !deepEqual(template, old) ? podWarnings(at, template.metadata, template.spec) : [];
}
