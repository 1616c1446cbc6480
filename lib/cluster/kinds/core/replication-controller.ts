import { forbidden, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { selectsByMap } from '../../machinery/selector.ts';
import { replicationcontrollers } from '../../schema/generated/resources.ts';
import type { ReplicationController } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name, showLabels } from '../shared/columns.ts';
import { entriesOf, nonNegative } from '../shared/field-rules.ts';
import { defaultPodTemplateSpec } from '../shared/pod-spec/defaults.ts';
import { validatePodTemplateSpec } from '../shared/pod-spec/validation.ts';
import { templateWarnings } from '../shared/pod-spec/warnings.ts';

const SPEC = FieldPath.of('spec');
const TEMPLATE = SPEC.child('template');
const STATUS = FieldPath.of('status');

function validate({ spec }: ReplicationController): FieldError[] {
  const { selector = {}, template } = spec;
  const empty = Object.keys(selector).length === 0;
  const errors = nonNegative(SPEC.child('minReadySeconds'), spec.minReadySeconds);
  if (empty) errors.push(required(SPEC.child('selector')));
  errors.push(...nonNegative(SPEC.child('replicas'), spec.replicas));
  if (template && !empty && !selectsByMap(selector, template.metadata?.labels)) {
    const why = '`selector` does not match template `labels`';
    errors.push(invalid(TEMPLATE.child('metadata', 'labels'), template.metadata?.labels, why));
  }
  errors.push(...validatePodTemplateSpec(template, TEMPLATE));
  if (!template) return errors;
  const policy = template.spec?.restartPolicy ?? '';
  if (policy !== 'Always') errors.push(notSupported(TEMPLATE.child('spec', 'restartPolicy'), policy, ['Always']));
  if (template.spec?.activeDeadlineSeconds !== undefined) {
    const why = 'activeDeadlineSeconds in ReplicationController is not Supported';
    errors.push(forbidden(TEMPLATE.child('spec', 'activeDeadlineSeconds'), why));
  }
  return errors;
}

function validateStatusUpdate({ status }: ReplicationController): FieldError[] {
  const { replicas = 0, fullyLabeledReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status ?? {};
  const numbers = { replicas, fullyLabeledReplicas, readyReplicas, availableReplicas };
  const errors = Object.entries(numbers).flatMap(([key, value]) => nonNegative(STATUS.child(key), value));
  for (const key of ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const) {
    if (numbers[key] > replicas)
      errors.push(invalid(STATUS.child(key), numbers[key], 'cannot be greater than status.replicas'));
  }
  if (availableReplicas > readyReplicas) {
    errors.push(invalid(STATUS.child('availableReplicas'), availableReplicas, 'cannot be greater than readyReplicas'));
  }
  return errors;
}

const containers = ({ spec }: ReplicationController) => spec.template?.spec?.containers ?? [];
const wide = { priority: 1 } as const;

export const replicationController = defineKind<ReplicationController>({
  resource: replicationcontrollers,
  generation: true,
  defaults(draft) {
    draft.spec ??= {};
    draft.status ??= { replicas: 0 };
    const { spec } = draft;
    spec.replicas ??= 1;
    if (!spec.template) return;
    const labels = spec.template.metadata?.labels;
    if (labels) {
      if (!Object.keys(spec.selector ?? {}).length) spec.selector = { ...labels };
      if (!Object.keys(draft.metadata.labels ?? {}).length) draft.metadata.labels = { ...labels };
    }
    defaultPodTemplateSpec(spec.template);
  },
  prepareForCreate(draft) {
    draft.status = { replicas: 0 };
  },
  validate,
  validateStatusUpdate,
  warnings: (object, old) => templateWarnings(object.spec.template, old?.spec.template, TEMPLATE),
  selectableFields: { 'status.replicas': (o) => String(o.status?.replicas ?? 0) },
  defaultPropagation: 'orphan',
  scale: {
    specReplicas: (o) => o.spec.replicas ?? 0,
    statusReplicas: (o) => o.status?.replicas ?? 0,
    selector: (o) =>
      entriesOf(o.spec.selector)
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
    setSpecReplicas(draft, replicas) {
      draft.spec.replicas = replicas;
    },
  },
  columns: [
    name(),
    column('Desired', 'integer', 'How many pods there should be.', (o) => o.spec.replicas ?? 0),
    column('Current', 'integer', 'How many pods there are.', (o) => o.status?.replicas ?? 0),
    column('Ready', 'integer', 'How many pods are ready.', (o) => o.status?.readyReplicas ?? 0),
    age(),
    column(
      'Containers',
      'string',
      'Names of the containers in the template.',
      (o) =>
        containers(o)
          .map((c) => c.name)
          .join(','),
      wide,
    ),
    column(
      'Images',
      'string',
      'Images of the containers in the template.',
      (o) =>
        containers(o)
          .map((c) => c.image ?? '')
          .join(','),
      wide,
    ),
    column('Selector', 'string', 'Which pods belong to it.', (o) => showLabels(o.spec.selector), wide),
  ],
});
