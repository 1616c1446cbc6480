import { required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { controllerOf } from '../../machinery/object.ts';
import { parseApiVersion } from '../../machinery/resource.ts';
import { controllerrevisions } from '../../schema/generated/resources.ts';
import type { ControllerRevision } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { immutable, nonNegative } from '../shared/field-rules.ts';

function validate(object: ControllerRevision): FieldError[] {
  return [
    ...(object.data === undefined || object.data === null ? [required(FieldPath.of('data'), 'data is mandatory')] : []),
    ...nonNegative(FieldPath.of('revision'), object.revision),
  ];
}

/** `statefulset.apps/peer`, as kubectl names an object. */
function controllerName(object: ControllerRevision): string {
  const owner = controllerOf(object);
  if (!owner) return '<none>';
  const { group } = parseApiVersion(owner.apiVersion);
  const kind = owner.kind.toLowerCase();
  return `${group ? `${kind}.${group}` : kind}/${owner.name}`;
}

export const controllerRevision = defineKind<ControllerRevision>({
  resource: controllerrevisions,
  defaults(draft) {
    draft.revision ??= 0;
  },
  validate,
  validateUpdate: (object, old) => [...validate(object), ...immutable(FieldPath.of('data'), object.data, old.data)],
  columns: [
    name(),
    column('Controller', 'string', 'Whose history this is.', controllerName),
    column('Revision', 'integer', 'The number of the revision.', (o) => o.revision),
    age(),
  ],
});
