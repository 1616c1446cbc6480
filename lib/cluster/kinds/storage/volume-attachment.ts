import { forbidden, invalid, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { volumeattachments } from '../../schema/generated/resources.ts';
import type { VolumeAttachment, VolumeAttachmentSource } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { IMMUTABLE, subdomainName } from '../shared/field-rules.ts';
import { deepEqual } from '../../../kit/deep.ts';
import { internalForm } from '../shared/internal-form.ts';
import { validateCsiDriverName } from '../shared/csi-driver-name.ts';

const SPEC = FieldPath.of('spec');

function validateSource(source: VolumeAttachmentSource, at: FieldPath): FieldError[] {
  const { inlineVolumeSpec, persistentVolumeName } = source;
  const why = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (!inlineVolumeSpec && persistentVolumeName === undefined) return [required(at, why)];
  if (inlineVolumeSpec && persistentVolumeName !== undefined) return [forbidden(at, why)];
  return persistentVolumeName === ''
    ? [required(at.child('persistentVolumeName'), 'must specify non empty persistentVolumeName')]
    : [];
}

const validateSpec = ({ spec }: VolumeAttachment): FieldError[] => [
  ...(spec.attacher ? [] : [required(SPEC.child('attacher'))]),
  ...validateSource(spec.source, SPEC.child('source')),
  ...subdomainName(SPEC.child('nodeName'), spec.nodeName),
];

export const volumeAttachment = defineKind<VolumeAttachment>({
  resource: volumeattachments,
  defaults(draft) {
    draft.spec ??= { attacher: '', nodeName: '', source: {} };
    draft.spec.attacher ??= '';
    draft.spec.nodeName ??= '';
    draft.spec.source ??= {};
    draft.status ??= { attached: false };
    draft.status.attached ??= false;
  },
  prepareForCreate(draft) {
    draft.status = { attached: false };
  },
  validate: (object) => [
    ...validateSpec(object),
    ...validateCsiDriverName(SPEC.child('attacher'), object.spec.attacher),
    ...(object.spec.source.persistentVolumeName === undefined
      ? []
      : subdomainName(SPEC.child('source', 'persistentVolumeName'), object.spec.source.persistentVolumeName)),
  ],
  validateUpdate: (object, old) => [
    ...validateSpec(object),
    ...(deepEqual(object.spec, old.spec)
      ? []
      : [invalid(SPEC, internalForm('VolumeAttachmentSpec', object.spec), IMMUTABLE)]),
  ],
  columns: [
    name(),
    column('Attacher', 'string', 'The driver that attaches.', ({ spec }) => spec.attacher),
    column('PV', 'string', 'The volume.', ({ spec }) => spec.source.persistentVolumeName ?? ''),
    column('Node', 'string', 'Where it is attached.', ({ spec }) => spec.nodeName),
    column('Attached', 'boolean', 'Whether it is attached.', ({ status }) => status?.attached ?? false),
    age(),
  ],
});
