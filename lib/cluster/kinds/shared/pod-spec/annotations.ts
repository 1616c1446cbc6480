import { forbidden, invalid, type FieldError } from '../../../machinery/field-error.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import type { PodSpec, SeccompProfile } from '../../../schema/generated/types.ts';
import { entriesOf } from '../field-rules.ts';
import { localDescendingPath } from '../paths.ts';
import { visitContainers } from './visit.ts';

export const MIRROR_POD = 'kubernetes.io/config.mirror';
export const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
export const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
export const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
export const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';

const INT32 = /^(0|-?[1-9]\d*)$/;

function seccompName(at: FieldPath, name: string): FieldError[] {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(name)) return [];
  if (name.startsWith('localhost/')) return localDescendingPath(at, name.slice('localhost/'.length));
  return [invalid(at, name, 'must be a valid seccomp profile')];
}

function appArmorName(name: string): string | undefined {
  if (name === '' || name === 'runtime/default' || name === 'unconfined' || name.startsWith('localhost/'))
    return undefined;
  return `invalid AppArmor profile name: ${JSON.stringify(name)}`;
}

/** Annotations that upstream reads as part of the spec. */
export function validatePodAnnotations(
  at: FieldPath,
  annotations: Readonly<Record<string, string>> | undefined,
  spec: PodSpec,
): FieldError[] {
  const errors: FieldError[] = [];
  const mirror = annotations?.[MIRROR_POD];
  if (mirror !== undefined && !spec.nodeName) {
    errors.push(invalid(at.key(MIRROR_POD), mirror, 'must set spec.nodeName if mirror pod annotation is set'));
  }
  const cost = annotations?.[DELETION_COST];
  if (cost !== undefined && (!INT32.test(cost) || Math.abs(Number(cost)) > 2 ** 31 - 1)) {
    errors.push(invalid(at.key(DELETION_COST), cost, 'must be a 32bit integer'));
  }
  const names = new Set<string>();
  visitContainers(at, spec, (_, container) => names.add(container.name));
  for (const [key, value] of entriesOf(annotations)) {
    if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER)) errors.push(...seccompName(at.child(key), value));
    if (!key.startsWith(APP_ARMOR)) continue;
    const container = key.slice(APP_ARMOR.length);
    if (!names.has(container)) errors.push(invalid(at.key(key), container, 'container not found'));
    const bad = appArmorName(value);
    if (bad) errors.push(invalid(at.key(key), value, bad));
  }
  return errors;
}

interface Profile {
  type: string;
  localhostProfile?: string;
}

function mustMatch(at: FieldPath, annotation: string, profile: Profile, what: string): FieldError[] {
  const differs = [forbidden(at.child('type'), `${what} type in annotation and field must match`)];
  if (profile.type === 'Unconfined') return annotation === 'unconfined' ? [] : differs;
  if (profile.type === 'RuntimeDefault') {
    return annotation === 'runtime/default' || (what === 'seccomp' && annotation === 'docker/default') ? [] : differs;
  }
  if (profile.type !== 'Localhost') return [];
  if (!annotation.startsWith('localhost/')) return differs;
  return annotation.slice('localhost/'.length) === profile.localhostProfile
    ? []
    : [forbidden(at.child('localhostProfile'), `${what} profile in annotation and field must match`)];
}

/** A profile that is given both ways must be the same. */
export function validateProfilesMatch(
  at: FieldPath,
  annotations: Readonly<Record<string, string>> | undefined,
  spec: PodSpec,
): FieldError[] {
  const errors: FieldError[] = [];
  const check = (here: FieldPath, key: string, profile: SeccompProfile | undefined, what: string) => {
    const annotation = annotations?.[key];
    if (annotation !== undefined && profile) errors.push(...mustMatch(here, annotation, profile, what));
  };
  check(at.child('securityContext', 'seccompProfile'), SECCOMP_POD, spec.securityContext?.seccompProfile, 'seccomp');
  visitContainers(at, spec, (here, c) => {
    check(
      here.child('securityContext', 'seccompProfile'),
      SECCOMP_CONTAINER + c.name,
      c.securityContext?.seccompProfile,
      'seccomp',
    );
  });
  if (spec.os?.name === 'windows') return errors;
  visitContainers(at, spec, (here, c) => {
    const profile = c.securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile;
    check(here.child('securityContext', 'appArmorProfile'), APP_ARMOR + c.name, profile, 'apparmor');
  });
  return errors;
}
