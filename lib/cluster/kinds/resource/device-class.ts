import { invalid, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { deviceclasses } from '../../schema/generated/resources.ts';
import type { DeviceClass } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, name } from '../shared/columns.ts';
import { isExtendedResource } from '../shared/resource-names.ts';
import { MAX_CONFIGURATIONS, validateConfiguration } from './device-configuration.ts';
import { validateList } from './device-lists.ts';
import { validateSelectors } from './device-selectors.ts';

const SPEC = FieldPath.of('spec');

function validate({ spec }: DeviceClass): FieldError[] {
  const resource = spec.extendedResourceName;
  return [
    ...validateSelectors(spec.selectors, SPEC.child('selectors')),
    ...validateList(spec.config, MAX_CONFIGURATIONS, SPEC.child('config'), validateConfiguration),
    ...(resource === undefined || isExtendedResource(resource)
      ? []
      : [invalid(SPEC.child('extendedResourceName'), resource, 'must be a valid extended resource name')]),
  ];
}

export const deviceClass = defineKind<DeviceClass>({
  resource: deviceclasses,
  generation: true,
  validate,
  columns: [name(), age()],
});
