import { invalid, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { replicasets } from '../../schema/generated/resources.ts';
import type { ReplicaSet } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { immutable, nonNegative } from '../shared/field-rules.ts';
import { templateWarnings } from '../shared/pod-spec/warnings.ts';
import { validateReplicaTemplate } from './replica-template.ts';
import { validateReplicaCounts } from './replica-status.ts';
import { showSelector, validateWorkloadSelector } from './selector.ts';
import { defaultPodTemplateSpec } from '../shared/pod-spec/defaults.ts';
import { selectorColumn, templateColumns } from './workload-columns.ts';

const SPEC = FieldPath.of('spec');

function validate({ spec }: ReplicaSet): FieldError[] {
  // Upstream names the deployment here, too.
  const selector = validateWorkloadSelector(spec.selector, SPEC.child('selector'), 'deployment');
  return [
    ...nonNegative(SPEC.child('replicas'), spec.replicas ?? 0),
    ...nonNegative(SPEC.child('minReadySeconds'), spec.minReadySeconds ?? 0),
    ...selector.errors,
    ...(selector.usable
      ? validateReplicaTemplate(spec, SPEC)
      : [invalid(SPEC.child('selector'), spec.selector, 'invalid label selector')]),
  ];
}

export const replicaSet = defineKind<ReplicaSet>({
  resource: replicasets,
  generation: true,
  defaults(draft) {
    draft.spec ??= {} as ReplicaSet['spec'];
    draft.spec.template ??= {};
    defaultPodTemplateSpec(draft.spec.template);
    draft.spec.replicas ??= 1;
    draft.status ??= { replicas: 0 };
    draft.status.replicas ??= 0;
  },
  prepareForCreate(draft) {
    draft.status = { replicas: 0 };
  },
  validate,
  validateUpdate: (object, old) => [
    ...validate(object),
    ...immutable(SPEC.child('selector'), object.spec.selector, old.spec.selector),
  ],
  validateStatusUpdate: ({ status }) =>
    validateReplicaCounts(status ?? {}, {
      counters: ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'],
      parts: ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'],
      ready: 'readyReplicas',
    }),
  warnings: (object, old) => templateWarnings(object.spec.template, old?.spec.template, SPEC.child('template')),
  columns: [
    name(),
    column('Desired', 'integer', 'Pods that are wanted.', ({ spec }) => spec.replicas ?? 0),
    column('Current', 'integer', 'Pods that exist.', ({ status }) => status?.replicas ?? 0),
    column('Ready', 'integer', 'Pods that are ready.', ({ status }) => status?.readyReplicas ?? 0),
    age(),
    ...templateColumns((o: ReplicaSet) => o.spec.template),
    selectorColumn((o: ReplicaSet) => o.spec.selector),
  ],
  scale: {
    specReplicas: ({ spec }) => spec.replicas ?? 0,
    statusReplicas: ({ status }) => status?.replicas ?? 0,
    selector: ({ spec }) => showSelector(spec.selector),
    setSpecReplicas(draft, replicas) {
      draft.spec.replicas = replicas;
    },
  },
});
