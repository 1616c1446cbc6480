import type { RbacV1Subject, RoleBinding } from '../../schema/generated/types.ts';
import type { Column } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';

const subjects = (kind: string, text: (subject: RbacV1Subject) => string) => (binding: RoleBinding) =>
  (binding.subjects ?? [])
    .filter((subject) => subject.kind === kind)
    .map(text)
    .join(', ');

/** The columns of RoleBindings and ClusterRoleBindings. */
export const bindingColumns: readonly Column<RoleBinding>[] = [
  name(),
  column(
    'Role',
    'string',
    'Kind and name of the role that is granted.',
    ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`,
  ),
  age(),
  column(
    'Users',
    'string',
    'Users who get the role.',
    subjects('User', (s) => s.name),
    { priority: 1 },
  ),
  column(
    'Groups',
    'string',
    'Groups that get the role.',
    subjects('Group', (s) => s.name),
    { priority: 1 },
  ),
  column(
    'ServiceAccounts',
    'string',
    'Service accounts that get the role.',
    subjects('ServiceAccount', (s) => `${s.namespace ?? ''}/${s.name}`),
    { priority: 1 },
  ),
];
