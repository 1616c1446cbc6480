import { deepEqual } from '../../../kit/deep.ts';
import { forbidden, invalid, notSupported, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { deployments } from '../../schema/generated/resources.ts';
import type { Deployment, DeploymentStrategy, RollingUpdateDeployment } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { immutable, nonNegative } from '../shared/field-rules.ts';
import { templateWarnings } from '../shared/pod-spec/warnings.ts';
import { intOrPercentValue, validateAtMost100Percent, validateIntOrPercent } from './int-or-percent.ts';
import { validateReplicaTemplate } from './replica-template.ts';
import { validateCollisionCount, validateReplicaCounts } from './replica-status.ts';
import { showSelector, validateWorkloadSelector } from './selector.ts';
import { defaultPodTemplateSpec } from '../shared/pod-spec/defaults.ts';
import { selectorColumn, templateColumns } from './workload-columns.ts';

const STRATEGIES = ['Recreate', 'RollingUpdate'];
const SPEC = FieldPath.of('spec');

const statusField = (field: string) => ({ schema: 'io.k8s.api.apps.v1.DeploymentStatus', field });

function applyDefaults(draft: Deployment): void {
  draft.spec ??= {} as Deployment['spec'];
  const { spec } = draft;
  spec.template ??= {};
  defaultPodTemplateSpec(spec.template);
  spec.replicas ??= 1;
  spec.strategy ??= {};
  spec.strategy.type ||= 'RollingUpdate';
  if (spec.strategy.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate ??= {};
    spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
    spec.strategy.rollingUpdate.maxSurge ??= '25%';
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  draft.status ??= {};
}

function validateRollingUpdate({ maxSurge = 0, maxUnavailable = 0 }: RollingUpdateDeployment, at: FieldPath) {
  const unavailable = at.child('maxUnavailable');
  return [
    ...validateIntOrPercent(unavailable, maxUnavailable),
    ...validateIntOrPercent(at.child('maxSurge'), maxSurge),
    ...(intOrPercentValue(maxUnavailable) === 0 && intOrPercentValue(maxSurge) === 0
      ? [invalid(unavailable, maxUnavailable, 'may not be 0 when `maxSurge` is 0')]
      : []),
    ...validateAtMost100Percent(unavailable, maxUnavailable),
  ];
}

/** A strategy as the complaint about it prints it: upstream's internal form. */
const shown = ({ type, rollingUpdate }: DeploymentStrategy) => ({
  Type: type ?? '',
  RollingUpdate: rollingUpdate
    ? { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 }
    : null,
});

function validateStrategy(strategy: DeploymentStrategy, at: FieldPath): FieldError[] {
  const rolling = at.child('rollingUpdate');
  switch (strategy.type) {
    case 'Recreate':
      return strategy.rollingUpdate
        ? [forbidden(rolling, "may not be specified when strategy `type` is 'Recreate'")]
        : [];
    case 'RollingUpdate':
      return validateRollingUpdate(strategy.rollingUpdate ?? {}, rolling);
    default:
      return [notSupported(at, shown(strategy), STRATEGIES)];
  }
}

function validate({ spec }: Deployment): FieldError[] {
  const errors = nonNegative(SPEC.child('replicas'), spec.replicas ?? 0);
  const selector = validateWorkloadSelector(spec.selector, SPEC.child('selector'), 'deployment');
  errors.push(...selector.errors);
  if (!selector.usable) errors.push(invalid(SPEC.child('selector'), spec.selector, 'invalid label selector'));
  else errors.push(...validateReplicaTemplate(spec, SPEC));
  errors.push(
    ...validateStrategy(spec.strategy ?? {}, SPEC.child('strategy')),
    ...nonNegative(SPEC.child('minReadySeconds'), spec.minReadySeconds ?? 0),
  );
  if (spec.revisionHistoryLimit !== undefined) {
    errors.push(...nonNegative(SPEC.child('revisionHistoryLimit'), spec.revisionHistoryLimit));
  }
  if (spec.progressDeadlineSeconds !== undefined) {
    const at = SPEC.child('progressDeadlineSeconds');
    errors.push(...nonNegative(at, spec.progressDeadlineSeconds));
    if (spec.progressDeadlineSeconds <= (spec.minReadySeconds ?? 0)) {
      errors.push(invalid(at, spec.progressDeadlineSeconds, 'must be greater than minReadySeconds'));
    }
  }
  return errors;
}

export const deployment = defineKind<Deployment>({
  resource: deployments,
  // Annotations count: the controller copies them to the newest ReplicaSet.
  generation: (object, old) =>
    !deepEqual(object.spec, old.spec) || !deepEqual(object.metadata.annotations, old.metadata.annotations),
  defaults: applyDefaults,
  prepareForCreate(draft) {
    draft.status = {};
  },
  validate,
  validateUpdate: (object, old) => [
    ...validate(object),
    ...immutable(SPEC.child('selector'), object.spec.selector, old.spec.selector),
  ],
  validateStatusUpdate: ({ status = {} }, old) => [
    ...validateReplicaCounts(status, {
      counters: [
        'observedGeneration',
        'replicas',
        'updatedReplicas',
        'readyReplicas',
        'availableReplicas',
        'unavailableReplicas',
        'collisionCount',
      ],
      parts: ['updatedReplicas', 'readyReplicas', 'availableReplicas'],
      ready: 'readyReplicas',
    }),
    ...validateCollisionCount(status.collisionCount, old.status?.collisionCount),
  ],
  warnings: (object, old) => templateWarnings(object.spec.template, old?.spec.template, SPEC.child('template')),
  columns: [
    name(),
    column(
      'Ready',
      'string',
      'Number of the pod with ready state',
      ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    ),
    column('Up-to-date', 'string', statusField('updatedReplicas'), ({ status }) => status?.updatedReplicas ?? 0),
    column('Available', 'string', statusField('availableReplicas'), ({ status }) => status?.availableReplicas ?? 0),
    age(),
    ...templateColumns((o: Deployment) => o.spec.template),
    selectorColumn((o: Deployment) => o.spec.selector, {
      schema: 'io.k8s.api.apps.v1.DeploymentSpec',
      field: 'selector',
    }),
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
