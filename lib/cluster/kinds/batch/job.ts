import { deepEqual } from '../../../kit/deep.ts';
import { invalid, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { dns1123Label } from '../../machinery/names.ts';
import { selects } from '../../machinery/selector.ts';
import { jobs } from '../../schema/generated/resources.ts';
import type { Job } from '../../schema/generated/types.ts';
import { defaultPodTemplateSpec } from '../shared/pod-spec/defaults.ts';
import { selectorColumn, templateColumns } from '../apps/workload-columns.ts';
import { defineKind } from '../define.ts';
import { age, column, humanDuration, name } from '../shared/columns.ts';
import { validateLabelSelector } from '../shared/field-rules.ts';
import { templateWarnings } from '../shared/pod-spec/warnings.ts';
import { validateJobSpec } from './job-spec.ts';
import { validateJobStatus } from './job-status.ts';
import { validateJobChange } from './job-update.ts';

const SPEC = FieldPath.of('spec');
const UID_LABEL = 'batch.kubernetes.io/controller-uid';
const NAME_LABEL = 'batch.kubernetes.io/job-name';
const LEGACY_UID_LABEL = 'controller-uid';
const LEGACY_NAME_LABEL = 'job-name';
const NO_LIMIT = 2_147_483_647;

/** The labels that tie pods to their Job. */
const generatedLabels = ({ metadata }: Job): Record<string, string> => ({
  [UID_LABEL]: metadata.uid ?? '',
  [NAME_LABEL]: metadata.name,
  [LEGACY_UID_LABEL]: metadata.uid ?? '',
  [LEGACY_NAME_LABEL]: metadata.name,
});

/**
 * Stamps the pods' labels and a selector of the Job's uid, unless the user manages the selector. A user's own value of one
 * of the labels stays, and validation complains of it.
 */
function generateSelector(draft: Job): void {
  if (draft.spec.manualSelector) return;
  const template = (draft.spec.template ??= {});
  template.metadata = {
    ...template.metadata,
    labels: { ...generatedLabels(draft), ...template.metadata?.labels },
  } as typeof template.metadata;
  draft.spec.selector ??= {};
  draft.spec.selector.matchLabels = {
    [UID_LABEL]: draft.metadata.uid ?? '',
    ...draft.spec.selector.matchLabels,
  };
}

function applyDefaults(draft: Job): void {
  draft.spec ??= {} as Job['spec'];
  const { spec } = draft;
  spec.template ??= {};
  defaultPodTemplateSpec(spec.template);
  // A Job of neither is one pod; one of only parallelism is a work queue without a number of completions.
  if (spec.completions === undefined && spec.parallelism === undefined) {
    spec.completions = 1;
    spec.parallelism = 1;
  }
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : NO_LIMIT;
  const { labels } = spec.template.metadata ?? {};
  if (labels && Object.keys(labels).length && !Object.keys(draft.metadata.labels ?? {}).length) {
    draft.metadata.labels = { ...labels };
  }
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.manualSelector ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True';
  }
  draft.status ??= {};
}

function validateGeneratedSelector(job: Job): FieldError[] {
  const { spec } = job;
  if (spec.manualSelector || !spec.selector) return [];
  const errors: FieldError[] = [];
  if (!job.metadata.uid) errors.push(required(FieldPath.of('metadata', 'uid')));
  const expected = generatedLabels(job);
  const labels = spec.template.metadata?.labels ?? {};
  const at = SPEC.child('template', 'metadata', 'labels');
  for (const key of [LEGACY_UID_LABEL, LEGACY_NAME_LABEL, UID_LABEL, NAME_LABEL]) {
    if (labels[key] === undefined) errors.push(required(at.key(key), `must be '${expected[key]}'`));
    else if (labels[key] !== expected[key]) {
      errors.push(invalid(at.key(key), labels[key], `must be '${expected[key]}'`));
    }
  }
  if (!selects(spec.selector, expected)) {
    errors.push(invalid(SPEC.child('selector'), spec.selector, '`selector` not auto-generated'));
  }
  return errors;
}

function validateWithSelector({ spec }: Job): FieldError[] {
  const errors = validateJobSpec(spec, SPEC);
  const at = SPEC.child('selector');
  const complaints = spec.selector ? validateLabelSelector(at, spec.selector) : [required(at)];
  errors.push(...complaints);
  const labels = spec.template.metadata?.labels;
  if ((!spec.selector || !complaints.length) && !selects(spec.selector, labels)) {
    const here = SPEC.child('template', 'metadata', 'labels');
    errors.push(invalid(here, labels, '`selector` does not match template `labels`'));
  }
  return errors;
}

function validate(job: Job): FieldError[] {
  const errors = [...validateGeneratedSelector(job), ...validateWithSelector(job)];
  const { completionMode, completions = 0 } = job.spec;
  if (completionMode === 'Indexed' && completions > 0) {
    const hostname = `${job.metadata.name}-${completions - 1}`;
    if (dns1123Label(hostname).length) {
      const why = `will not able to create pod with invalid DNS label: ${hostname}`;
      errors.push(invalid(FieldPath.of('metadata', 'name'), job.metadata.name, why));
    }
  }
  return errors;
}

const isTrue = (job: Job, type: string) =>
  (job.status?.conditions ?? []).some((c) => c.type === type && c.status === 'True');

function statusText(job: Job): string {
  if (isTrue(job, 'Complete')) return 'Complete';
  if (isTrue(job, 'Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp) return 'Terminating';
  if (isTrue(job, 'Suspended')) return 'Suspended';
  if (isTrue(job, 'FailureTarget')) return 'FailureTarget';
  return isTrue(job, 'SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

function completionsText({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`;
  return (spec.parallelism ?? 0) > 1 ? `${succeeded}/1 of ${spec.parallelism}` : `${succeeded}/1`;
}

function durationText({ status }: Job, now: number): string {
  if (!status?.startTime) return '';
  const end = status.completionTime ? Date.parse(status.completionTime) : now;
  return humanDuration(end - Date.parse(status.startTime));
}

export const job = defineKind<Job>({
  resource: jobs,
  generation: true,
  defaults: applyDefaults,
  prepareForCreate(draft) {
    draft.status = {};
    const inherited = deepEqual(draft.metadata.labels ?? {}, draft.spec.template.metadata?.labels ?? {});
    generateSelector(draft);
    // A Job without labels of its own gets those of its pods.
    const { labels } = draft.spec.template.metadata ?? {};
    if (labels && inherited) draft.metadata.labels = { ...labels };
  },
  validate,
  validateUpdate: (object, old) => [...validateWithSelector(object), ...validateJobChange(object, old, SPEC)],
  validateStatusUpdate: validateJobStatus,
  warnings: (object, old) => [
    ...((object.spec.completions ?? 0) > 100_000 && (object.spec.parallelism ?? 0) > 10_000
      ? [
          'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail',
        ]
      : []),
    ...templateWarnings(object.spec.template, old?.spec.template, SPEC.child('template')),
  ],
  selectableFields: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
  unselectableField: (field) => `field label "${field}" not supported for Job`,
  defaultPropagation: 'orphan',
  columns: [
    name(),
    column('Status', 'string', 'How the Job is doing.', statusText),
    column('Completions', 'string', 'Pods that succeeded, of those wanted.', completionsText),
    column('Duration', 'string', 'How long the Job ran.', durationText),
    age(),
    ...templateColumns((o: Job) => o.spec.template),
    selectorColumn((o: Job) => o.spec.selector),
  ],
});
