import { FieldPath } from '../../machinery/field-path.ts';
import { podtemplates } from '../../schema/generated/resources.ts';
import type { PodTemplate } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { column, name, showLabels } from '../shared/columns.ts';
import { defaultPodTemplateSpec } from '../shared/pod-spec/defaults.ts';
import { validatePodTemplateSpec } from '../shared/pod-spec/validation.ts';
import { templateWarnings } from '../shared/pod-spec/warnings.ts';

const TEMPLATE = FieldPath.of('template');

export const podTemplate = defineKind<PodTemplate>({
  resource: podtemplates,
  generation: true,
  defaults(draft) {
    draft.template ??= {};
    defaultPodTemplateSpec(draft.template);
  },
  validate: (object) => validatePodTemplateSpec(object.template ?? {}, TEMPLATE),
  warnings: (object, old) => templateWarnings(object.template, old?.template, TEMPLATE),
  answersWithDeleted: true,
  columns: [
    name(),
    column('Containers', 'string', 'Names of the containers in the template.', ({ template }) =>
      (template?.spec?.containers ?? []).map((c) => c.name).join(','),
    ),
    column('Images', 'string', 'Images of the containers in the template.', ({ template }) =>
      (template?.spec?.containers ?? []).map((c) => c.image ?? '').join(','),
    ),
    column('Pod Labels', 'string', 'Labels of the template.', ({ template }) => showLabels(template?.metadata?.labels)),
  ],
});
