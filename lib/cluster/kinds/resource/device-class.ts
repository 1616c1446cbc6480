import { required } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { deviceclasses } from '../../schema/generated/resources.ts';
import type { DeviceClass } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, name } from '../shared/columns.ts';
import { validateSelectors } from './device-requests.ts';

const SPEC = FieldPath.of('spec');

export const deviceClass = defineKind<DeviceClass>({
  resource: deviceclasses,
  generation: true,
  validate: ({ spec }) => [
    ...validateSelectors(spec.selectors, SPEC.child('selectors')),
    ...(spec.config ?? []).flatMap(({ opaque }, i) =>
      opaque ? [] : [required(SPEC.child('config').index(i).child('opaque'))],
    ),
  ],
  columns: [name(), age()],
});
