import { serviceaccounts } from '../../schema/generated/resources.ts';
import type { ServiceAccount } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, name } from '../shared/columns.ts';

export const serviceAccount = defineKind<ServiceAccount>({
  resource: serviceaccounts,
  /** Only the names of secrets are kept. */
  prepareForCreate(draft) {
    if (draft.secrets) draft.secrets = draft.secrets.map((ref) => ({ name: ref.name }));
  },
  prepareForUpdate(draft) {
    if (draft.secrets) draft.secrets = draft.secrets.map((ref) => ({ name: ref.name }));
  },
  answersWithDeleted: true,
  columns: [name(), age()],
});
