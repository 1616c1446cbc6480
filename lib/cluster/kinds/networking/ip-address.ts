import { invalid, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { validCanonicalIp } from '../../machinery/names-of-addresses.ts';
import { nameIsPathSegment } from '../../machinery/names-of-objects.ts';
import { ipaddresses } from '../../schema/generated/resources.ts';
import type { IPAddress, ParentReference } from '../../schema/generated/types.ts';
import { deepEqual } from '../../../kit/deep.ts';
import { defineKind } from '../define.ts';
import { column, name } from '../shared/columns.ts';
import { complaints, IMMUTABLE, subdomainName } from '../shared/field-rules.ts';

const PARENT = FieldPath.of('spec', 'parentRef');

function validate({ spec }: IPAddress): FieldError[] {
  const parent = spec.parentRef as ParentReference | undefined;
  if (!parent) return [required(PARENT)];
  const segment = (field: 'resource' | 'name' | 'namespace') => {
    const value = parent[field];
    return value ? complaints(PARENT.child(field), value, nameIsPathSegment(value, false)) : undefined;
  };
  return [
    ...(parent.group ? subdomainName(PARENT.child('group'), parent.group) : []),
    ...(segment('resource') ?? [required(PARENT.child('resource'))]),
    ...(segment('name') ?? [required(PARENT.child('name'))]),
    ...(segment('namespace') ?? []),
  ];
}

const shown = ({ group = '', resource, namespace = '', name }: ParentReference) => ({
  Group: group,
  Resource: resource,
  Namespace: namespace,
  Name: name,
});

/** The complaints of the address' own check, without the value that they are about. */
const validateName = (text: string): string[] =>
  validCanonicalIp(PARENT, text).map(({ message }) => message.slice(`Invalid value: ${JSON.stringify(text)}: `.length));

/** `services/default/web`, `leases.example.com/default/a`. */
function parentText({ spec }: IPAddress): string {
  const parent = spec.parentRef as ParentReference | undefined;
  if (!parent) return '<none>';
  const resource = parent.group ? `${parent.resource}.${parent.group}` : parent.resource;
  return [resource, parent.namespace, parent.name].filter(Boolean).join('/');
}

export const ipAddress = defineKind<IPAddress>({
  resource: ipaddresses,
  validateName,
  defaults(draft) {
    draft.spec ??= {} as IPAddress['spec'];
  },
  validate,
  validateUpdate: ({ spec }, old) =>
    deepEqual(spec.parentRef, old.spec.parentRef)
      ? []
      : [invalid(PARENT, spec.parentRef ? shown(spec.parentRef) : null, IMMUTABLE)],
  columns: [name(), column('ParentRef', 'string', 'Whose address it is.', parentText)],
});
