import { FieldPath } from '../../machinery/field-path.ts';
import { nameIsPathSegment } from '../../machinery/names-of-objects.ts';
import { roles } from '../../schema/generated/resources.ts';
import type { Role } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { createdAt, name } from '../shared/columns.ts';
import { defaultRules, validatePolicyRule } from './policy-rule.ts';

export const role = defineKind<Role>({
  resource: roles,
  validateName: nameIsPathSegment,
  defaults: defaultRules,
  validate: (object) =>
    (object.rules ?? []).flatMap((rule, i) => validatePolicyRule(rule, true, FieldPath.of('rules').index(i))),
  columns: [name(), createdAt()],
});
