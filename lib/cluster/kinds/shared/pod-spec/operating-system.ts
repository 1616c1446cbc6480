import { forbidden, invalid, notSupported, required, type FieldError } from '../../../machinery/field-error.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import type { PodSpec, SecurityContext } from '../../../schema/generated/types.ts';
import type { PodSpecOptions } from './options.ts';
import { visitContainers } from './visit.ts';

const POD_LINUX_ONLY = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
] as const;
const CONTAINER_LINUX_ONLY: (keyof SecurityContext)[] = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
];

function linuxErrors(at: FieldPath, spec: PodSpec): FieldError[] {
  const why = 'windows options cannot be set for a linux pod';
  const errors: FieldError[] = [];
  if (spec.securityContext?.windowsOptions) errors.push(forbidden(at.child('securityContext', 'windowsOptions'), why));
  visitContainers(at, spec, (here, c) => {
    if (c.securityContext?.windowsOptions) errors.push(forbidden(here.child('securityContext', 'windowsOptions'), why));
  });
  return errors;
}

function windowsErrors(at: FieldPath, spec: PodSpec): FieldError[] {
  const why = 'cannot be set for a windows pod';
  const errors: FieldError[] = [];
  for (const key of POD_LINUX_ONLY) {
    if (spec.securityContext?.[key] !== undefined) errors.push(forbidden(at.child('securityContext', key), why));
  }
  if (spec.hostUsers !== undefined) errors.push(forbidden(at.child('hostUsers'), why));
  if (spec.hostPID) errors.push(forbidden(at.child('hostPID'), why));
  if (spec.hostIPC) errors.push(forbidden(at.child('hostIPC'), why));
  if (spec.shareProcessNamespace !== undefined) errors.push(forbidden(at.child('shareProcessNamespace'), why));
  visitContainers(at, spec, (here, c) => {
    for (const key of CONTAINER_LINUX_ONLY) {
      if (c.securityContext?.[key] !== undefined) errors.push(forbidden(here.child('securityContext', key), why));
    }
  });
  return errors;
}

/** spec.os, and the settings that the named system does not have. */
export function validateOs(at: FieldPath, spec: PodSpec): FieldError[] {
  if (!spec.os) return [];
  const name = spec.os.name ?? '';
  if (!name) return [required(at.child('os', 'name'), 'cannot be empty')];
  if (name === 'linux') return linuxErrors(at, spec);
  return name === 'windows' ? windowsErrors(at, spec) : [notSupported(at.child('os'), name, ['linux', 'windows'])];
}

/** Windows' host processes: all containers or none, and on the host's network. */
export function validateWindowsHostProcess(at: FieldPath, spec: PodSpec, options: PodSpecOptions): FieldError[] {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  const errors: FieldError[] = [];
  let count = 0;
  let hosts = 0;
  visitContainers(at, spec, (here, c) => {
    const own = c.securityContext?.windowsOptions?.hostProcess;
    count++;
    if (own ?? ofPod) hosts++;
    if (ofPod !== undefined && own !== undefined && own !== ofPod) {
      const why = `pod hostProcess value must be identical if both are specified, was ${ofPod}`;
      errors.push(invalid(here.child('securityContext', 'windowsOptions', 'hostProcess'), own, why));
    }
  });
  if (hosts === 0) return errors;
  if (hosts !== count) {
    errors.push(
      invalid(at, '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers'),
    );
  }
  if (!spec.hostNetwork) {
    errors.push(
      invalid(at.child('hostNetwork'), false, 'hostNetwork must be true if pod contains any hostProcess containers'),
    );
  }
  if (!options.allowPrivileged) errors.push(forbidden(at, 'hostProcess containers are disallowed by cluster policy'));
  return errors;
}
