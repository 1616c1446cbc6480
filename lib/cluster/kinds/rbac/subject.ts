import { invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { dns1123Subdomain } from '../../machinery/names.ts';
import { nameIsPathSegment } from '../../machinery/names-of-objects.ts';
import { StatusError } from '../../machinery/status-error.ts';
import { MASTERS_GROUP } from '../../machinery/user.ts';
import type { RbacV1Subject, RoleRef } from '../../schema/generated/types.ts';
import type { KindContext } from '../define.ts';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';

interface Binding {
  roleRef: RoleRef;
  subjects?: RbacV1Subject[];
}

/** Fills in the API groups that follow from the kinds. */
export function defaultBinding(draft: Binding): void {
  draft.roleRef ??= { kind: '', name: '' };
  draft.roleRef.apiGroup ||= RBAC_GROUP;
  draft.roleRef.kind ??= '';
  draft.roleRef.name ??= '';
  for (const subject of draft.subjects ?? []) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= RBAC_GROUP;
  }
}

/**
 * A role of no known kind cannot be looked up, which stops everybody whose right to bind must be looked up, before the
 * binding is validated. The message is upstream's, as is that it has no reason; its code there is 500.
 */
export function refuseUnknownRoleKind({ roleRef }: Binding, { user }: KindContext): void {
  if (['Role', 'ClusterRole'].includes(roleRef.kind) || user.groups.includes(MASTERS_GROUP)) return;
  throw new StatusError(400, '', `unsupported role reference kind: ${JSON.stringify(roleRef.kind)}`);
}

function validateSubject(subject: RbacV1Subject, namespaced: boolean, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (!subject.name) errors.push(required(at.child('name')));
  const { apiGroup = '' } = subject;
  switch (subject.kind) {
    case 'ServiceAccount':
      if (subject.name) {
        errors.push(...dns1123Subdomain(subject.name).map((m) => invalid(at.child('name'), subject.name, m)));
      }
      if (apiGroup) errors.push(notSupported(at.child('apiGroup'), apiGroup, ['']));
      if (!namespaced && !subject.namespace) errors.push(required(at.child('namespace')));
      break;
    case 'User':
    case 'Group':
      if (apiGroup !== RBAC_GROUP) errors.push(notSupported(at.child('apiGroup'), apiGroup, [RBAC_GROUP]));
      break;
    default:
      errors.push(notSupported(at.child('kind'), subject.kind ?? '', ['ServiceAccount', 'User', 'Group']));
  }
  return errors;
}

/** A RoleBinding or, not `namespaced`, a ClusterRoleBinding; both paths start at the object's root. */
export function validateBinding(
  { roleRef, subjects = [] }: Binding,
  namespaced: boolean,
  at: { roleRef: FieldPath; subjects: FieldPath },
): FieldError[] {
  const errors: FieldError[] = [];
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  if (roleRef.apiGroup !== RBAC_GROUP) {
    errors.push(notSupported(at.roleRef.child('apiGroup'), roleRef.apiGroup ?? '', [RBAC_GROUP]));
  }
  if (!kinds.includes(roleRef.kind)) errors.push(notSupported(at.roleRef.child('kind'), roleRef.kind, kinds));
  if (!roleRef.name) errors.push(required(at.roleRef.child('name')));
  else {
    errors.push(
      ...nameIsPathSegment(roleRef.name, false).map((m) => invalid(at.roleRef.child('name'), roleRef.name, m)),
    );
  }
  errors.push(...subjects.flatMap((subject, i) => validateSubject(subject, namespaced, at.subjects.index(i))));
  return errors;
}

/** The one rule of updates beyond those of a new binding. */
export function roleRefChanged(now: RoleRef, before: RoleRef, at: FieldPath): FieldError[] {
  if (now.apiGroup === before.apiGroup && now.kind === before.kind && now.name === before.name) return [];
  const shown = { APIGroup: now.apiGroup, Kind: now.kind, Name: now.name };
  return [invalid(at, shown, 'cannot change roleRef')];
}
