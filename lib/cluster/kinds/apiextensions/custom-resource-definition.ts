import { invalid, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { customresourcedefinitions } from '../../schema/generated/resources.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionStatus,
} from '../../schema/generated/types.ts';
import { createdAt, name } from '../shared/columns.ts';
import { defineKind } from '../define.ts';
import { immutable } from '../shared/field-rules.ts';
import { validateApproval, validateGroupAndScope, validateNames } from './definition-names.ts';
import { validateConversion, validateStoredVersions, validateVersions } from './definition-versions.ts';

const SPEC = FieldPath.of('spec');

const storageVersion = ({ versions }: Partial<CustomResourceDefinitionSpec>) =>
  versions?.find((version) => version.storage)?.name;

function validateSpec(spec: CustomResourceDefinitionSpec): FieldError[] {
  return [
    ...validateGroupAndScope(spec),
    ...validateVersions(spec.versions ?? [], validateNames(spec.names)),
    ...validateConversion(spec),
  ];
}

function validate(object: CustomResourceDefinition): FieldError[] {
  const { spec, metadata, status } = object;
  return [
    ...(metadata.name === `${spec.names.plural}.${spec.group}`
      ? []
      : [invalid(FieldPath.of('metadata', 'name'), metadata.name, 'must be spec.names.plural+"."+spec.group')]),
    ...validateSpec(spec),
    ...validateStoredVersions(status?.storedVersions, spec.versions ?? []),
    ...validateApproval(object),
  ];
}

const isEstablished = ({ status }: CustomResourceDefinition) =>
  (status?.conditions ?? []).some(({ type, status: state }) => type === 'Established' && state === 'True');

function validateUpdate(object: CustomResourceDefinition, old: CustomResourceDefinition): FieldError[] {
  const { spec } = object;
  const names = SPEC.child('names');
  return [
    ...validateSpec(spec),
    ...(isEstablished(old)
      ? [
          ...immutable(SPEC.child('scope'), spec.scope, old.spec.scope),
          ...immutable(names.child('kind'), spec.names.kind, old.spec.names.kind),
        ]
      : []),
    ...immutable(SPEC.child('group'), spec.group, old.spec.group),
    ...immutable(names.child('plural'), spec.names.plural, old.spec.names.plural),
    ...validateStoredVersions(object.status?.storedVersions, spec.versions ?? []),
    ...validateApproval(object, old),
  ];
}

export const customResourceDefinition = defineKind<CustomResourceDefinition>({
  resource: customresourcedefinitions,
  generation: true,
  unconditionalUpdate: false,
  defaults({ spec, status }) {
    const stored = storageVersion(spec);
    if (status && stored && !status.storedVersions?.length) status.storedVersions = [stored];
    spec.names ??= { plural: '', kind: '' };
    const { names } = spec;
    if (names.kind) {
      names.singular ||= names.kind.toLowerCase();
      names.listKind ||= `${names.kind}List`;
    }
    spec.conversion ??= { strategy: 'None' };
    const service = spec.conversion.webhook?.clientConfig?.service;
    if (service) service.port ??= 443;
  },
  prepareForCreate(draft) {
    const stored = storageVersion(draft.spec);
    // Served as null until the controller has looked at the names.
    const unset = {
      conditions: null,
      storedVersions: stored ? [stored] : null,
    } as unknown as CustomResourceDefinitionStatus;
    draft.status = { ...unset, acceptedNames: { plural: '', kind: '' } };
  },
  prepareForUpdate(draft, old) {
    const stored = storageVersion(draft.spec);
    const before = old.status?.storedVersions ?? [];
    draft.status = {
      ...old.status,
      storedVersions: stored && !before.includes(stored) ? [...before, stored] : before,
    };
  },
  validate,
  validateUpdate,
  validateStatusUpdate: ({ spec, status }) => validateStoredVersions(status?.storedVersions, spec.versions ?? []),
  columns: [name(), createdAt()],
});
