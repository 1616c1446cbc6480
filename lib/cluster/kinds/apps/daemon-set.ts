import { deepEqual } from '../../../kit/deep.ts';
import { invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { selects } from '../../machinery/selector.ts';
import { daemonsets } from '../../schema/generated/resources.ts';
import type { DaemonSet, DaemonSetUpdateStrategy, RollingUpdateDaemonSet } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name, showLabels } from '../shared/columns.ts';
import { immutable, nonNegative, validateLabelSelector } from '../shared/field-rules.ts';
import { validatePodTemplateSpec } from '../shared/pod-spec/validation.ts';
import { templateWarnings } from '../shared/pod-spec/warnings.ts';
import { intOrPercentValue, validateAtMost100Percent, validateIntOrPercent } from './int-or-percent.ts';
import { validateCollisionCount } from './replica-status.ts';
import { defaultPodTemplateSpec } from '../shared/pod-spec/defaults.ts';
import { validateEndlessTemplate } from './template.ts';
import { selectorColumn, templateColumns } from './workload-columns.ts';

const SPEC = FieldPath.of('spec');
const STRATEGIES = ['RollingUpdate', 'OnDelete'];
/** Where apps/v1 keeps the counter of template changes that older versions had as a field. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';
const NO_STATUS = { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 };
const COUNTERS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
] as const;

function setTemplateGeneration(draft: DaemonSet, generation: number): void {
  draft.metadata.annotations = { ...draft.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
}

function applyDefaults(draft: DaemonSet): void {
  draft.spec ??= {} as DaemonSet['spec'];
  const { spec } = draft;
  spec.template ??= {};
  defaultPodTemplateSpec(spec.template);
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ||= 'RollingUpdate';
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {};
    spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
    spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
  draft.status = { ...NO_STATUS, ...draft.status };
}

function validateRollingUpdate({ maxUnavailable = 0, maxSurge = 0 }: RollingUpdateDaemonSet, at: FieldPath) {
  const unavailable = at.child('maxUnavailable');
  const surge = at.child('maxSurge');
  const errors: FieldError[] = [
    ...validateIntOrPercent(unavailable, maxUnavailable),
    ...validateIntOrPercent(surge, maxSurge),
    ...validateAtMost100Percent(unavailable, maxUnavailable),
    ...validateAtMost100Percent(surge, maxSurge),
  ];
  const hasUnavailable = intOrPercentValue(maxUnavailable) !== 0;
  const hasSurge = intOrPercentValue(maxSurge) !== 0;
  if (hasUnavailable && hasSurge) {
    errors.push(invalid(surge, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  } else if (!hasUnavailable && !hasSurge) {
    errors.push(required(unavailable, 'cannot be 0 when maxSurge is 0'));
  }
  return errors;
}

function validateStrategy({ type = '', rollingUpdate }: DaemonSetUpdateStrategy, at: FieldPath): FieldError[] {
  switch (type) {
    case 'OnDelete':
      return [];
    case 'RollingUpdate':
      return rollingUpdate
        ? validateRollingUpdate(rollingUpdate, at.child('rollingUpdate'))
        : [required(at.child('rollingUpdate'))];
    default: {
      const shown = rollingUpdate
        ? { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 }
        : null;
      return [notSupported(at, { Type: type, RollingUpdate: shown }, STRATEGIES)];
    }
  }
}

function validate({ spec }: DaemonSet): FieldError[] {
  const at = SPEC.child('selector');
  const template = SPEC.child('template');
  const errors: FieldError[] = spec.selector ? validateLabelSelector(at, spec.selector) : [];
  const { matchLabels, matchExpressions } = spec.selector ?? {};
  if (!errors.length && !selects(spec.selector, spec.template.metadata?.labels)) {
    const labels = spec.template.metadata?.labels;
    errors.push(invalid(template.child('metadata', 'labels'), labels, '`selector` does not match template `labels`'));
  }
  if (spec.selector && Object.keys(matchLabels ?? {}).length + (matchExpressions?.length ?? 0) === 0) {
    errors.push(invalid(at, {}, 'empty selector is invalid for daemonset'));
  }
  errors.push(
    ...validatePodTemplateSpec(spec.template, template),
    ...validateEndlessTemplate(spec.template, template, 'DaemonSet'),
    ...nonNegative(SPEC.child('minReadySeconds'), spec.minReadySeconds ?? 0),
    ...validateStrategy(spec.updateStrategy ?? {}, SPEC.child('updateStrategy')),
  );
  if (spec.revisionHistoryLimit !== undefined) {
    errors.push(...nonNegative(SPEC.child('revisionHistoryLimit'), spec.revisionHistoryLimit));
  }
  return errors;
}

export const daemonSet = defineKind<DaemonSet>({
  resource: daemonsets,
  generation: true,
  defaults: applyDefaults,
  prepareForCreate(draft) {
    draft.status = { ...NO_STATUS };
    setTemplateGeneration(draft, 1);
  },
  prepareForUpdate(draft, old) {
    const before = Number(old.metadata.annotations?.[TEMPLATE_GENERATION] ?? 0);
    setTemplateGeneration(draft, deepEqual(draft.spec.template, old.spec.template) ? before : before + 1);
  },
  validate,
  validateUpdate: (object, old) => [
    ...immutable(SPEC.child('selector'), object.spec.selector, old.spec.selector),
    ...validate(object),
  ],
  validateStatusUpdate: ({ status }, old) => [
    ...COUNTERS.flatMap((field) => nonNegative(FieldPath.of('status', field), status?.[field] ?? 0)),
    ...validateCollisionCount(status?.collisionCount, old.status?.collisionCount),
  ],
  warnings: (object, old) => templateWarnings(object.spec.template, old?.spec.template, SPEC.child('template')),
  columns: [
    name(),
    column('Desired', 'integer', 'Nodes that should run the pod.', (o) => o.status?.desiredNumberScheduled ?? 0),
    column('Current', 'integer', 'Nodes that run the pod and should.', (o) => o.status?.currentNumberScheduled ?? 0),
    column('Ready', 'integer', 'Nodes whose pod is ready.', (o) => o.status?.numberReady ?? 0),
    column('Up-to-date', 'integer', 'Nodes with the newest template.', (o) => o.status?.updatedNumberScheduled ?? 0),
    column('Available', 'integer', 'Nodes whose pod is available.', (o) => o.status?.numberAvailable ?? 0),
    column('Node Selector', 'string', 'Labels of the nodes that may run the pod.', (o) =>
      showLabels(o.spec.template.spec?.nodeSelector),
    ),
    age(),
    ...templateColumns((o: DaemonSet) => o.spec.template),
    selectorColumn((o: DaemonSet) => o.spec.selector),
  ],
});
