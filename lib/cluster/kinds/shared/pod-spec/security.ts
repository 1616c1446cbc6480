import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
  type FieldError,
} from '../../../machinery/field-error.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import { dns1123Subdomain } from '../../../machinery/names.ts';
import { userId } from '../../../machinery/names-of-numbers.ts';
import type {
  AppArmorProfile,
  PodSecurityContext,
  PodSpec,
  SeccompProfile,
  SecurityContext,
  WindowsSecurityContextOptions,
} from '../../../schema/generated/types.ts';
import { complaints } from '../field-rules.ts';
import { internalForm } from '../internal-form.ts';
import { localDescendingPath } from '../paths.ts';
import type { PodSpecOptions } from './options.ts';

const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const PATH_MAX = 4095;
const SYSCTL = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
const SYSCTL_RE = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;
const SYSCTL_MAX = 253;

/** User and group ids share one range. */
const id = (at: FieldPath, value: number | undefined): FieldError[] =>
  value === undefined ? [] : userId(value).map((message) => invalid(at, value, message));

function seccomp(at: FieldPath, profile: SeccompProfile | undefined): FieldError[] {
  if (!profile) return [];
  const errors: FieldError[] = [];
  if (!profile.type) errors.push(required(at.child('type'), 'type is required when seccompProfile is set'));
  else if (!PROFILE_TYPES.includes(profile.type))
    errors.push(notSupported(at.child('type'), profile.type, PROFILE_TYPES));
  const here = at.child('localhostProfile');
  const path = profile.localhostProfile;
  if (profile.type === 'Localhost') {
    errors.push(
      ...(path === undefined
        ? [required(here, 'must be set when seccomp type is Localhost')]
        : localDescendingPath(here, path)),
    );
  } else if (path !== undefined) {
    errors.push(
      invalid(here, internalForm('SeccompProfile', profile), 'can only be set when seccomp type is Localhost'),
    );
  }
  return errors;
}

function appArmor(at: FieldPath, profile: AppArmorProfile | undefined): FieldError[] {
  if (!profile) return [];
  const here = at.child('localhostProfile');
  const name = profile.localhostProfile;
  if (!profile.type) return [required(at.child('type'), 'type is required when appArmorProfile is set')];
  if (!PROFILE_TYPES.includes(profile.type)) return [notSupported(at.child('type'), profile.type, PROFILE_TYPES)];
  if (profile.type !== 'Localhost') {
    return name === undefined ? [] : [invalid(here, name, 'can only be set when AppArmor type is Localhost')];
  }
  if (!name?.trim() && name === name?.trim()) return [required(here, 'must be set when AppArmor type is Localhost')];
  const errors: FieldError[] = [];
  if (name !== name?.trim()) errors.push(invalid(here, name, 'must not be padded with whitespace'));
  if ((name?.length ?? 0) > PATH_MAX) errors.push(tooLong(here, PATH_MAX));
  return errors;
}

const BAD_USER = '"/\\:;|=,+*?<>@[]';

function windowsUser(name: string): string[] {
  if (name === '') return ['runAsUserName cannot be an empty string'];
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name)) return ['runAsUserName cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const user = parts.at(-1) ?? '';
  const domain = parts.length === 2 ? (parts[0] ?? '') : undefined;
  const messages: string[] = [];
  if (domain !== undefined) {
    if (domain.length >= 256) messages.push("runAsUserName's Domain length must be under 256 characters");
    const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
    if (!/^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/.test(domain) && !new RegExp(`^${label}(?:\\.${label})*$`).test(domain)) {
      messages.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
    }
  }
  if (user === '') messages.push("runAsUserName's User cannot be empty");
  else if (user.length > 104) messages.push("runAsUserName's User length must not be longer than 104 characters");
  if (/^[. ]+$/.test(user)) messages.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    messages.push(`runAsUserName's User cannot contain the following characters: ${BAD_USER}`);
  }
  return messages;
}

function windows(at: FieldPath, options: WindowsSecurityContextOptions | undefined): FieldError[] {
  if (!options) return [];
  const errors: FieldError[] = [];
  const { gmsaCredentialSpecName: specName, gmsaCredentialSpec: spec, runAsUserName: user } = options;
  if (specName !== undefined)
    errors.push(...complaints(at.child('gmsaCredentialSpecName'), specName, dns1123Subdomain(specName)));
  if (spec === '')
    errors.push(invalid(at.child('gmsaCredentialSpec'), spec, 'gmsaCredentialSpec cannot be an empty string'));
  if ((spec?.length ?? 0) > 64 * 1024) {
    errors.push(invalid(at.child('gmsaCredentialSpec'), spec, 'gmsaCredentialSpec size must be under 64 KiB'));
  }
  if (user !== undefined) errors.push(...complaints(at.child('runAsUserName'), user, windowsUser(user)));
  return errors;
}

/** A container's security context. */
export function validateSecurityContext(
  at: FieldPath,
  sc: SecurityContext | undefined,
  spec: PodSpec,
  options: PodSpecOptions,
): FieldError[] {
  if (!sc) return [];
  const errors: FieldError[] = [];
  if (sc.privileged && !options.allowPrivileged)
    errors.push(forbidden(at.child('privileged'), 'disallowed by cluster policy'));
  errors.push(...id(at.child('runAsUser'), sc.runAsUser), ...id(at.child('runAsGroup'), sc.runAsGroup));
  if (sc.procMount !== undefined) {
    const here = at.child('procMount');
    if (!['Default', 'Unmasked'].includes(sc.procMount))
      errors.push(notSupported(here, sc.procMount, ['Default', 'Unmasked']));
    if (sc.procMount === 'Unmasked' && spec.hostUsers !== false) {
      errors.push(invalid(here, sc.procMount, '`hostUsers` must be false to use `Unmasked`'));
    }
  }
  errors.push(...seccomp(at.child('seccompProfile'), sc.seccompProfile));
  if (sc.allowPrivilegeEscalation === false) {
    const cannot = (what: string) =>
      errors.push(
        invalid(
          at,
          internalForm('SecurityContext', sc),
          `cannot set \`allowPrivilegeEscalation\` to false and ${what}`,
        ),
      );
    if (sc.privileged) cannot('`privileged` to true');
    for (const capability of sc.capabilities?.add ?? []) {
      if (capability === 'CAP_SYS_ADMIN') cannot('`capabilities.Add` CAP_SYS_ADMIN');
    }
  }
  return [
    ...errors,
    ...windows(at.child('windowsOptions'), sc.windowsOptions),
    ...appArmor(at.child('appArmorProfile'), sc.appArmorProfile),
  ];
}

/** The namespace that a sysctl lives in, for those that a pod may not set while it shares the host's. */
function sysctlNamespace(name: string): 'net' | 'ipc' | undefined {
  const dotted = name.replaceAll('/', '.');
  if (dotted.startsWith('net.')) return 'net';
  return /^(kernel\.shm|kernel\.msg|kernel\.sem$|fs\.mqueue\.)/.test(dotted) ? 'ipc' : undefined;
}

function sysctls(at: FieldPath, spec: PodSpec): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  (spec.securityContext?.sysctls ?? []).forEach((sysctl, i) => {
    const here = at.index(i).child('name');
    const name = sysctl.name ?? '';
    if (!name) errors.push(required(here));
    else if (name.length > SYSCTL_MAX || !SYSCTL_RE.test(name)) {
      errors.push(invalid(here, name, `must have at most ${SYSCTL_MAX} characters and match regex ${SYSCTL}`));
    } else if (seen.has(name)) errors.push(duplicate(here, name));
    const namespace = sysctlNamespace(name);
    if (namespace === 'net' && spec.hostNetwork)
      errors.push(invalid(here, name, "may not be specified when 'hostNetwork' is true"));
    if (namespace === 'ipc' && spec.hostIPC)
      errors.push(invalid(here, name, "may not be specified when 'hostIPC' is true"));
    seen.add(name);
  });
  return errors;
}

const enumerated = (at: FieldPath, value: string | undefined, supported: readonly string[]): FieldError[] =>
  value === undefined || supported.includes(value) ? [] : [notSupported(at, value, supported)];

/** The pod's security context and what stands beside it in the spec. */
export function validatePodSecurityContext(at: FieldPath, spec: PodSpec): FieldError[] {
  const sc: PodSecurityContext = spec.securityContext ?? {};
  const errors = [
    ...id(at.child('fsGroup'), sc.fsGroup),
    ...id(at.child('runAsUser'), sc.runAsUser),
    ...id(at.child('runAsGroup'), sc.runAsGroup),
  ];
  (sc.supplementalGroups ?? []).forEach((group, i) =>
    errors.push(...id(at.child('supplementalGroups').index(i), group)),
  );
  if (spec.shareProcessNamespace && spec.hostPID) {
    errors.push(
      invalid(at.child('shareProcessNamespace'), true, 'ShareProcessNamespace and HostPID cannot both be enabled'),
    );
  }
  return [
    ...errors,
    ...sysctls(at.child('sysctls'), spec),
    ...enumerated(at.child('fsGroupChangePolicy'), sc.fsGroupChangePolicy, ['Always', 'OnRootMismatch']),
    ...seccomp(at.child('seccompProfile'), sc.seccompProfile),
    ...windows(at.child('windowsOptions'), sc.windowsOptions),
    ...appArmor(at.child('appArmorProfile'), sc.appArmorProfile),
    ...enumerated(at.child('supplementalGroupsPolicy'), sc.supplementalGroupsPolicy, ['Merge', 'Strict']),
    ...enumerated(at.child('seLinuxChangePolicy'), sc.seLinuxChangePolicy, ['MountOption', 'Recursive']),
  ];
}
