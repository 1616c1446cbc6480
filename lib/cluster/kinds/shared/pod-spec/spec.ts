import {
  forbidden,
  invalid,
  notSupported,
  required,
  duplicate,
  type FieldError,
} from '../../../machinery/field-error.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import { rangeComplaint } from '../../../machinery/names-of-numbers.ts';
import type { PodResourceClaim, PodSpec } from '../../../schema/generated/types.ts';
import { labelName, oneOf, qualified, subdomainName, validateLabels } from '../field-rules.ts';
import { internalForm } from '../internal-form.ts';
import { validateAffinity } from './affinity.ts';
import { validateAllContainers } from './containers.ts';
import { validateDnsConfig, validateHostAliases } from './dns.ts';
import { validateOs, validateWindowsHostProcess } from './operating-system.ts';
import type { PodSpecOptions } from './options.ts';
import { validateContainerResources, validatePodResources } from './resources.ts';
import { validatePodSecurityContext } from './security.ts';
import { validateTopologySpread } from './spread.ts';
import { validateTolerations } from './tolerations.ts';
import { validateVolumes } from './volumes.ts';

const MAX_INT32 = 2 ** 31 - 1;
const HOSTNAME_MAX = 64;

function resourceClaims(at: FieldPath, claims: readonly PodResourceClaim[] | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  (claims ?? []).forEach((claim, i) => {
    const here = at.index(i);
    const { resourceClaimName: byName, resourceClaimTemplateName: byTemplate } = claim;
    const name = claim.name ?? '';
    if (!name) errors.push(required(here.child('name')));
    else if (names.has(name)) errors.push(duplicate(here.child('name'), name));
    else errors.push(...labelName(here.child('name'), name));
    names.add(name);
    const shown = internalForm('PodResourceClaim', claim);
    if (byName !== undefined && byTemplate !== undefined) {
      errors.push(
        invalid(here, shown, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'),
      );
    }
    if (byName === undefined && byTemplate === undefined) {
      errors.push(invalid(here, shown, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'));
    }
    if (byName !== undefined) errors.push(...subdomainName(here.child('resourceClaimName'), byName));
    if (byTemplate !== undefined) errors.push(...subdomainName(here.child('resourceClaimTemplateName'), byTemplate));
  });
  return errors;
}

/** On the host's network, a container's port is the host's. A template may leave the host port out: it is defaulted later. */
function hostNetworkPorts(at: FieldPath, spec: PodSpec, options: PodSpecOptions): FieldError[] {
  if (!spec.hostNetwork) return [];
  return (spec.containers ?? []).flatMap((c, i) =>
    (c.ports ?? []).flatMap((port, j) => {
      const host = port.hostPort ?? 0;
      if (host === port.containerPort || (!options.isPod && host === 0)) return [];
      const here = at.child('containers').index(i).child('ports').index(j).child('hostPort');
      return [invalid(here, host, 'must match `containerPort` when `hostNetwork` is true')];
    }),
  );
}

function schedulingGates(at: FieldPath, spec: PodSpec): FieldError[] {
  const seen = new Set<string>();
  return (spec.schedulingGates ?? []).flatMap((gate, i) => {
    const errors = qualified(at.index(i), gate.name ?? '');
    if (seen.has(gate.name)) errors.push(duplicate(at.index(i), gate.name));
    seen.add(gate.name);
    return errors;
  });
}

function hostUsers(at: FieldPath, spec: PodSpec): FieldError[] {
  if (spec.hostUsers !== false) return [];
  const why = 'when `hostUsers` is false';
  const errors: FieldError[] = [];
  if (spec.hostNetwork) errors.push(forbidden(at.child('hostNetwork'), why));
  if (spec.hostPID) errors.push(forbidden(at.child('HostPID'), why));
  if (spec.hostIPC) errors.push(forbidden(at.child('HostIPC'), why));
  return errors;
}

const optional = (
  at: FieldPath,
  value: string | undefined,
  check: (at: FieldPath, value: string) => FieldError[],
): FieldError[] => (value ? check(at, value) : []);

function hostname(at: FieldPath, spec: PodSpec): FieldError[] {
  const override = spec.hostnameOverride;
  const errors = [
    ...optional(at.child('hostname'), spec.hostname, labelName),
    ...optional(at.child('subdomain'), spec.subdomain, labelName),
  ];
  if (override === undefined) return errors;
  const here = at.child('hostnameOverride');
  if (spec.hostNetwork) errors.push(forbidden(here, 'may not be specified when hostNetwork is true'));
  if (spec.setHostnameAsFQDN) errors.push(forbidden(here, 'may not be specified when setHostnameAsFQDN is true'));
  if (override.length > HOSTNAME_MAX)
    errors.push(invalid(here, override, `must be no more than ${HOSTNAME_MAX} characters`));
  return [...errors, ...subdomainName(here, override)];
}

/** The complete spec of a pod, in the order of upstream's messages. */
export function validatePodSpec(at: FieldPath, spec: PodSpec, options: PodSpecOptions): FieldError[] {
  const volumes = validateVolumes(at.child('volumes'), spec.volumes, options);
  const claimNames = (spec.resourceClaims ?? []).map((claim) => claim.name).filter((name) => name);
  const deadline = spec.activeDeadlineSeconds;
  const preemption = spec.preemptionPolicy;
  const errors =
    spec.terminationGracePeriodSeconds === undefined ? [required(at.child('terminationGracePeriodSeconds'))] : [];
  errors.push(
    ...volumes.errors,
    ...resourceClaims(at.child('resourceClaims'), spec.resourceClaims),
    ...validateAllContainers(at, spec, volumes.byName, options),
    ...validatePodResources(at.child('resources'), spec, claimNames),
    ...hostNetworkPorts(at, spec, options),
    ...oneOf(at.child('restartPolicy'), spec.restartPolicy, ['Always', 'OnFailure', 'Never']),
    ...oneOf(at.child('dnsPolicy'), spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']),
    ...validateLabels(at.child('nodeSelector'), spec.nodeSelector),
    ...validatePodSecurityContext(at.child('securityContext'), spec),
    ...validateAffinity(at.child('affinity'), spec.affinity),
    ...validateDnsConfig(at.child('dnsConfig'), spec),
    ...(spec.readinessGates ?? []).flatMap((gate, i) =>
      qualified(at.child('readinessGates').index(i).child('conditionType'), gate.conditionType ?? ''),
    ),
    ...schedulingGates(at.child('schedulingGates'), spec),
    ...validateTopologySpread(at.child('topologySpreadConstraints'), spec.topologySpreadConstraints),
    ...validateWindowsHostProcess(at, spec, options),
    ...hostUsers(at, spec),
    ...optional(at.child('serviceAccountName'), spec.serviceAccountName, subdomainName),
    ...optional(at.child('nodeName'), spec.nodeName, subdomainName),
  );
  if (deadline !== undefined && (deadline < 1 || deadline > MAX_INT32)) {
    errors.push(invalid(at.child('activeDeadlineSeconds'), deadline, rangeComplaint(1, MAX_INT32)));
  }
  errors.push(
    ...hostname(at, spec),
    ...validateTolerations(at.child('tolerations'), spec.tolerations),
    ...validateHostAliases(at.child('hostAliases'), spec.hostAliases),
    ...optional(at.child('priorityClassName'), spec.priorityClassName, subdomainName),
  );
  if (spec.runtimeClassName !== undefined)
    errors.push(...subdomainName(at.child('runtimeClassName'), spec.runtimeClassName));
  if (preemption !== undefined && !['PreemptLowerPriority', 'Never'].includes(preemption)) {
    errors.push(notSupported(at.child('preemptionPolicy'), preemption, ['PreemptLowerPriority', 'Never']));
  }
  if (spec.overhead) errors.push(...validateContainerResources(at.child('overhead'), { limits: spec.overhead }, []));
  return [...errors, ...validateOs(at, spec)];
}
