import { deepEqual } from '../../../kit/deep.ts';
import { forbidden, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { volumeattributesclasses } from '../../schema/generated/resources.ts';
import type { VolumeAttributesClass } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { validateDriverParameters, validateProvisioner } from './provisioner.ts';

const DRIVER = FieldPath.of('driverName');
const PARAMETERS = FieldPath.of('parameters');

const validate = (object: VolumeAttributesClass): FieldError[] => [
  ...validateProvisioner(object.driverName, DRIVER),
  ...validateDriverParameters(object.parameters, PARAMETERS, { mayBeEmpty: false }),
];

export const volumeAttributesClass = defineKind<VolumeAttributesClass>({
  resource: volumeattributesclasses,
  defaults(draft) {
    draft.driverName ??= '';
  },
  validate,
  validateUpdate: (object, old) => [
    ...(object.driverName === old.driverName ? [] : [forbidden(DRIVER, 'updates to driverName are forbidden.')]),
    ...(deepEqual(object.parameters, old.parameters)
      ? []
      : [forbidden(PARAMETERS, 'updates to parameters are forbidden.')]),
    ...validate(object),
  ],
  columns: [
    name(),
    column('DriverName', 'string', 'The driver that knows the attributes.', (o) => o.driverName),
    age(),
  ],
});
