import { deepEqual } from '../../../kit/deep.ts';
import { forbidden, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { dns1123Label } from '../../machinery/names.ts';
import { nameIsDnsLabel } from '../../machinery/names-of-objects.ts';
import { statefulsets } from '../../schema/generated/resources.ts';
import type {
  PersistentVolumeClaim,
  PodTemplateSpec,
  StatefulSet,
  StatefulSetSpec,
  StatefulSetUpdateStrategy,
} from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { defaultClaimSpec } from '../shared/claim-spec.ts';
import { age, column, name } from '../shared/columns.ts';
import { nonNegative } from '../shared/field-rules.ts';
import { validatePodTemplateSpec } from '../shared/pod-spec/validation.ts';
import { templateWarnings } from '../shared/pod-spec/warnings.ts';
import { intOrPercentValue, validateAtMost100Percent, validateIntOrPercent } from './int-or-percent.ts';
import { validateCollisionCount, validateReplicaCounts } from './replica-status.ts';
import { showSelector, validateTemplateLabels, validateWorkloadSelector } from './selector.ts';
import { defaultPodTemplateSpec } from '../shared/pod-spec/defaults.ts';
import { validateEndlessTemplate } from './template.ts';
import { templateColumns } from './workload-columns.ts';

const SPEC = FieldPath.of('spec');
const RETENTION = ['Retain', 'Delete'];
const NO_STATUS = { availableReplicas: 0, replicas: 0 };
/** What an update may change; the message below lists them in upstream's order. */
const MUTABLE = new Set<keyof StatefulSetSpec>([
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]);
const FIXED =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

function defaultClaim(claim: PersistentVolumeClaim): void {
  claim.apiVersion = 'v1';
  claim.kind = 'PersistentVolumeClaim';
  claim.spec ??= {};
  defaultClaimSpec(claim.spec);
  claim.status ??= {};
  claim.status.phase ||= 'Pending';
}

function applyDefaults(draft: StatefulSet): void {
  draft.spec ??= {} as StatefulSetSpec;
  const { spec } = draft;
  spec.template ??= {};
  defaultPodTemplateSpec(spec.template);
  spec.podManagementPolicy ||= 'OrderedReady';
  spec.updateStrategy ??= {};
  if (!spec.updateStrategy.type) {
    spec.updateStrategy.type = 'RollingUpdate';
    spec.updateStrategy.rollingUpdate ??= {};
  }
  if (spec.updateStrategy.type === 'RollingUpdate' && spec.updateStrategy.rollingUpdate) {
    spec.updateStrategy.rollingUpdate.partition ??= 0;
  }
  spec.persistentVolumeClaimRetentionPolicy ??= {};
  spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= 'Retain';
  spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  spec.serviceName ??= '';
  for (const claim of spec.volumeClaimTemplates ?? []) defaultClaim(claim);
  draft.status = { ...NO_STATUS, ...draft.status };
}

function validateUpdateStrategy({ type, rollingUpdate }: StatefulSetUpdateStrategy, at: FieldPath): FieldError[] {
  const rolling = at.child('rollingUpdate');
  const shown = rollingUpdate
    ? { Partition: rollingUpdate.partition ?? 0, MaxUnavailable: rollingUpdate.maxUnavailable ?? null }
    : null;
  switch (type) {
    case undefined:
    case '':
      return [required(at)];
    case 'OnDelete':
      return rollingUpdate ? [invalid(rolling, shown, "only allowed for updateStrategy 'RollingUpdate'")] : [];
    case 'RollingUpdate': {
      if (!rollingUpdate) return [];
      const errors = nonNegative(rolling.child('partition'), rollingUpdate.partition ?? 0);
      const { maxUnavailable } = rollingUpdate;
      if (maxUnavailable === undefined) return errors;
      const unavailable = rolling.child('maxUnavailable');
      errors.push(...validateIntOrPercent(unavailable, maxUnavailable));
      if (intOrPercentValue(maxUnavailable) === 0) errors.push(invalid(unavailable, maxUnavailable, 'cannot be 0'));
      return [...errors, ...validateAtMost100Percent(unavailable, maxUnavailable)];
    }
    default:
      return [invalid(at, { Type: type, RollingUpdate: shown }, "must be 'RollingUpdate' or 'OnDelete'")];
  }
}

/** The template as its pods will have it: each claim template gives a volume of its name. */
function withClaims(template: PodTemplateSpec, claims: readonly PersistentVolumeClaim[]): PodTemplateSpec {
  const names = new Set(claims.map((claim) => claim.metadata.name));
  const volumes = [
    ...(template.spec?.volumes ?? []).filter((volume) => !names.has(volume.name)),
    ...[...names].map((claim) => ({ name: claim, persistentVolumeClaim: { claimName: claim } })),
  ];
  return { ...template, spec: { ...template.spec, containers: template.spec?.containers ?? [], volumes } };
}

function validate({ spec }: StatefulSet): FieldError[] {
  const errors: FieldError[] = [];
  const policy = SPEC.child('podManagementPolicy');
  if (!spec.podManagementPolicy) errors.push(required(policy));
  else if (!['OrderedReady', 'Parallel'].includes(spec.podManagementPolicy)) {
    errors.push(invalid(policy, spec.podManagementPolicy, "must be 'OrderedReady' or 'Parallel'"));
  }
  errors.push(...validateUpdateStrategy(spec.updateStrategy ?? {}, SPEC.child('updateStrategy')));
  for (const field of ['whenDeleted', 'whenScaled'] as const) {
    const value = spec.persistentVolumeClaimRetentionPolicy?.[field] ?? '';
    if (!RETENTION.includes(value)) {
      errors.push(notSupported(SPEC.child('persistentVolumeClaimRetentionPolicy', field), value, RETENTION));
    }
  }
  errors.push(
    ...nonNegative(SPEC.child('replicas'), spec.replicas ?? 0),
    ...nonNegative(SPEC.child('minReadySeconds'), spec.minReadySeconds ?? 0),
    ...nonNegative(SPEC.child('ordinals.start'), spec.ordinals?.start ?? 0),
  );
  if (spec.serviceName) {
    errors.push(...dns1123Label(spec.serviceName).map((m) => invalid(SPEC.child('serviceName'), spec.serviceName, m)));
  }
  const selector = validateWorkloadSelector(spec.selector, SPEC.child('selector'), 'statefulset');
  const at = SPEC.child('template');
  errors.push(...selector.errors);
  if (!selector.usable) errors.push(invalid(SPEC.child('selector'), spec.selector, ''));
  else {
    errors.push(
      ...validateTemplateLabels(spec.selector, spec.template.metadata?.labels, at),
      ...validatePodTemplateSpec(withClaims(spec.template, spec.volumeClaimTemplates ?? []), at),
    );
  }
  return [...errors, ...validateEndlessTemplate(spec.template, at, 'StatefulSet')];
}

function changesFixedField(now: StatefulSetSpec, before: StatefulSetSpec): boolean {
  const fields = new Set([...Object.keys(now), ...Object.keys(before)] as (keyof StatefulSetSpec)[]);
  return [...fields].some((field) => !MUTABLE.has(field) && !deepEqual(now[field], before[field]));
}

export const statefulSet = defineKind<StatefulSet>({
  resource: statefulsets,
  generation: true,
  validateName: nameIsDnsLabel,
  defaults: applyDefaults,
  prepareForCreate(draft) {
    draft.status = { ...NO_STATUS };
  },
  validate,
  validateUpdate: (object, old) => [
    ...validate(object),
    ...(changesFixedField(object.spec, old.spec) ? [forbidden(SPEC, FIXED)] : []),
  ],
  validateStatusUpdate: ({ status = NO_STATUS }, old) => [
    ...validateReplicaCounts(status, {
      counters: [
        'replicas',
        'readyReplicas',
        'currentReplicas',
        'updatedReplicas',
        'availableReplicas',
        'observedGeneration',
        'collisionCount',
      ],
      parts: ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'],
      ready: 'status.readyReplicas',
    }),
    ...validateCollisionCount(
      'collisionCount' in status ? status.collisionCount : undefined,
      old.status?.collisionCount,
    ),
  ],
  warnings: (object, old) => [
    ...templateWarnings(object.spec.template, old?.spec.template, SPEC.child('template')),
    ...((object.spec.revisionHistoryLimit ?? 0) < 0
      ? ['spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended']
      : []),
  ],
  columns: [
    name(),
    column(
      'Ready',
      'string',
      'How many of the wanted pods are ready.',
      ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    ),
    age(),
    ...templateColumns((o: StatefulSet) => o.spec.template),
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
