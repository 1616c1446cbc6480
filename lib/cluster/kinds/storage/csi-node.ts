import { duplicate, invalid, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { csinodes } from '../../schema/generated/resources.ts';
import type { CSINode, CSINodeDriver } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { deepEqual } from '../../../kit/deep.ts';
import { IMMUTABLE, nonNegative, qualified } from '../shared/field-rules.ts';
import { internalForm } from '../shared/internal-form.ts';
import { validateCsiDriverName } from '../shared/csi-driver-name.ts';

const DRIVERS = FieldPath.of('spec', 'drivers');
const MAX_NODE_ID = 256;

function validateDriver(driver: CSINodeDriver, isTaken: boolean, at: FieldPath): FieldError[] {
  const id = at.child('nodeID');
  const keys = driver.topologyKeys ?? [];
  return [
    ...validateCsiDriverName(at.child('name'), driver.name),
    ...(driver.nodeID ? [] : [required(id)]),
    ...((driver.nodeID ?? '').length > MAX_NODE_ID
      ? [invalid(id, driver.nodeID, `must be ${MAX_NODE_ID} characters or less`)]
      : []),
    ...nonNegative(at.child('allocatable', 'count'), driver.allocatable?.count),
    ...(isTaken ? [duplicate(at.child('name'), driver.name)] : []),
    ...keys.flatMap((key, i) => [
      ...(key ? [] : [required(at)]),
      ...(keys.indexOf(key) < i ? [duplicate(at, key)] : []),
      ...qualified(at, key),
    ]),
  ];
}

function validate({ spec }: CSINode): FieldError[] {
  const names = (spec.drivers ?? []).map((driver) => driver.name);
  return (spec.drivers ?? []).flatMap((driver, i) =>
    validateDriver(driver, names.indexOf(driver.name) < i, DRIVERS.index(i)),
  );
}

const withoutLimits = ({ allocatable: _free, ...driver }: CSINodeDriver) => driver;

export const csiNode = defineKind<CSINode>({
  resource: csinodes,
  defaults(draft) {
    draft.spec ??= { drivers: [] };
    // Lists that are always written, as null when empty.
    const spec = draft.spec as { drivers: { topologyKeys?: string[] | null }[] | null };
    if (!spec.drivers?.length) spec.drivers = null;
    for (const driver of spec.drivers ?? []) driver.topologyKeys ??= null;
  },
  validate,
  validateUpdate: (object, old) => [
    ...validate(object),
    ...(old.spec.drivers ?? []).flatMap((before) =>
      (object.spec.drivers ?? [])
        .filter((driver) => driver.name === before.name)
        .flatMap((driver) =>
          deepEqual(withoutLimits(driver), withoutLimits(before))
            ? []
            : [invalid(DRIVERS, internalForm('CSINodeDriver', withoutLimits(driver)), IMMUTABLE)],
        ),
    ),
  ],
  columns: [
    name(),
    column('Drivers', 'integer', 'How many drivers run on the node.', ({ spec }) => spec.drivers?.length ?? 0),
    age(),
  ],
});
