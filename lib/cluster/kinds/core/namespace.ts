import { invalid, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { qualifiedName } from '../../machinery/names.ts';
import { nameIsDnsLabel } from '../../machinery/names-of-objects.ts';
import { namespaces } from '../../schema/generated/resources.ts';
import type { Namespace } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { complaints } from '../shared/field-rules.ts';

const NAME_LABEL = 'kubernetes.io/metadata.name';
/** Set on every namespace until its content is gone. */
const FINALIZER = 'kubernetes';
const STANDARD_FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion'];

/** The finalizers of a namespace's spec; `indexed` when the message names which one (the finalize subresource). */
export function validateNamespaceFinalizers({ spec }: Namespace, indexed: boolean): FieldError[] {
  const at = FieldPath.of('spec', 'finalizers');
  return (spec?.finalizers ?? []).flatMap((finalizer, i) => {
    const here = indexed ? at.index(i) : at;
    const errors = complaints(here, finalizer, qualifiedName(finalizer));
    if (!finalizer.includes('/') && !STANDARD_FINALIZERS.includes(finalizer)) {
      errors.push(invalid(here, finalizer, 'name is neither a standard finalizer name nor is it fully qualified'));
    }
    return errors;
  });
}

function validateStatusUpdate({ metadata, status }: Namespace): FieldError[] {
  const at = FieldPath.of('status', 'Phase');
  const phase = status?.phase ?? '';
  const expected = metadata.deletionTimestamp ? 'Terminating' : 'Active';
  if (phase === expected) return [];
  const state = metadata.deletionTimestamp ? 'is not empty' : 'is empty';
  return [invalid(at, phase, `may only be '${expected}' if \`deletionTimestamp\` ${state}`)];
}

export const namespace = defineKind<Namespace>({
  resource: namespaces,
  validateName: nameIsDnsLabel,
  defaults(draft) {
    draft.spec ??= {};
    draft.status ??= {};
    draft.status.phase ||= 'Active';
    if (draft.metadata.name) draft.metadata.labels = { ...draft.metadata.labels, [NAME_LABEL]: draft.metadata.name };
  },
  prepareForCreate(draft) {
    const finalizers = draft.spec?.finalizers ?? [];
    draft.spec = {
      ...draft.spec,
      finalizers: finalizers.includes(FINALIZER) ? finalizers : [...finalizers, FINALIZER],
    };
    draft.status = { phase: 'Active' };
    // A generated name was not known yet when the defaults ran.
    draft.metadata.labels = { ...draft.metadata.labels, [NAME_LABEL]: draft.metadata.name };
  },
  prepareForUpdate(draft, old) {
    draft.spec = { ...draft.spec, finalizers: old.spec?.finalizers?.slice() };
  },
  validate: (object) => validateNamespaceFinalizers(object, false),
  validateUpdate: () => [],
  validateStatusUpdate,
  selectableFields: { 'status.phase': (o) => o.status?.phase ?? '' },
  beginDeletion(draft) {
    draft.status = { ...draft.status, phase: 'Terminating' };
  },
  staysWhenDeleted: ({ spec }) => (spec?.finalizers?.length ?? 0) > 0,
  answersWithDeleted: true,
  columns: [
    name(),
    column('Status', 'string', 'Whether the namespace is in use or going.', (o) => o.status?.phase ?? ''),
    age(),
  ],
});
