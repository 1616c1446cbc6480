import { FieldPath } from '../../machinery/field-path.ts';
import { nameIsPathSegment } from '../../machinery/names-of-objects.ts';
import { rolebindings } from '../../schema/generated/resources.ts';
import type { RoleBinding } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { bindingColumns } from './binding-columns.ts';
import { defaultBinding, refuseUnknownRoleKind, roleRefChanged, validateBinding } from './subject.ts';

const AT = { roleRef: FieldPath.of('roleRef'), subjects: FieldPath.of('subjects') };

export const roleBinding = defineKind<RoleBinding>({
  resource: rolebindings,
  validateName: nameIsPathSegment,
  defaults: defaultBinding,
  prepareForCreate: refuseUnknownRoleKind,
  validate: (object) => validateBinding(object, true, AT),
  validateUpdate: (object, old) => [
    ...validateBinding(object, true, AT),
    ...roleRefChanged(object.roleRef, old.roleRef, AT.roleRef),
  ],
  columns: bindingColumns,
});
