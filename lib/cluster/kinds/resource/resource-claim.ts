import { deepEqual } from '../../../kit/deep.ts';
import { invalid, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import type { ObjectMeta } from '../../machinery/object.ts';
import { resourceclaims, resourceclaimtemplates } from '../../schema/generated/resources.ts';
import type { ResourceClaimTemplate, ResourceV1ResourceClaim } from '../../schema/generated/types.ts';
import { age, column, name } from '../shared/columns.ts';
import { defineKind } from '../define.ts';
import { IMMUTABLE, validateAnnotations, validateLabels } from '../shared/field-rules.ts';
import { internalForm } from '../shared/internal-form.ts';
import { defaultClaim, validateClaim } from './device-requests.ts';

const SPEC = FieldPath.of('spec');

/** A spec that never changes, printed in its internal form. */
const fixed = (struct: string, now: object, before: object): FieldError[] =>
  deepEqual(now, before) ? [] : [invalid(SPEC, internalForm(struct, now), IMMUTABLE)];

function stateOf({ metadata, status }: ResourceV1ResourceClaim): string {
  const states = [
    ...(metadata.deletionTimestamp ? ['deleted'] : []),
    ...(status?.allocation ? ['allocated'] : metadata.deletionTimestamp ? [] : ['pending']),
    ...(status?.reservedFor?.length ? ['reserved'] : []),
  ];
  return states.join(',');
}

const validate = ({ spec }: ResourceV1ResourceClaim): FieldError[] =>
  validateClaim(spec.devices, SPEC.child('devices'));

export const resourceClaim = defineKind<ResourceV1ResourceClaim>({
  resource: resourceclaims,
  defaults({ spec }) {
    defaultClaim(spec.devices);
  },
  prepareForCreate(draft) {
    draft.status = {};
  },
  validate,
  validateUpdate: (object, old) => [...fixed('ResourceClaimSpec', object.spec, old.spec), ...validate(object)],
  columns: [name(), column('State', 'string', 'Whether the devices are allocated and in use.', stateOf), age()],
});

const METADATA = SPEC.child('metadata');

const validateTemplate = ({ spec }: ResourceClaimTemplate): FieldError[] => [
  ...validateAnnotations(METADATA.child('annotations'), spec.metadata?.annotations),
  ...validateLabels(METADATA.child('labels'), spec.metadata?.labels),
  ...validateClaim(spec.spec?.devices, SPEC.child('spec', 'devices')),
];

export const resourceClaimTemplate = defineKind<ResourceClaimTemplate>({
  resource: resourceclaimtemplates,
  defaults({ spec }) {
    // Served as {}.
    spec.metadata ??= {} as ObjectMeta;
    defaultClaim(spec.spec?.devices);
  },
  validate: validateTemplate,
  validateUpdate: (object, old) => [
    ...fixed('ResourceClaimTemplateSpec', object.spec, old.spec),
    ...validateTemplate(object),
  ],
  columns: [name(), age()],
});
