import { FieldPath } from '../../machinery/field-path.ts';
import type { FieldError } from '../../machinery/field-error.ts';
import { csistoragecapacities } from '../../schema/generated/resources.ts';
import type { CSIStorageCapacity } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { immutable, nonNegativeQuantity, subdomainName, validateLabelSelector } from '../shared/field-rules.ts';

const TOPOLOGY = FieldPath.of('nodeTopology');
const CLASS = FieldPath.of('storageClassName');

const validate = (object: CSIStorageCapacity): FieldError[] => [
  ...validateLabelSelector(TOPOLOGY, object.nodeTopology),
  ...subdomainName(CLASS, object.storageClassName),
  ...(object.capacity === undefined ? [] : nonNegativeQuantity(FieldPath.of('capacity'), object.capacity)),
];

export const csiStorageCapacity = defineKind<CSIStorageCapacity>({
  resource: csistoragecapacities,
  defaults(draft) {
    draft.storageClassName ??= '';
  },
  validate,
  validateUpdate: (object, old) => [
    ...immutable(TOPOLOGY, object.nodeTopology, old.nodeTopology),
    ...immutable(CLASS, object.storageClassName, old.storageClassName),
  ],
});
