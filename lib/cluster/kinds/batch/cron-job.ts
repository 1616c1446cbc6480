import { invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import type { ObjectMeta } from '../../machinery/object.ts';
import { cronjobs } from '../../schema/generated/resources.ts';
import type { CronJob, CronJobSpec, JobTemplateSpec } from '../../schema/generated/types.ts';
import { defaultPodTemplateSpec } from '../shared/pod-spec/defaults.ts';
import { selectorColumn, templateColumns } from '../apps/workload-columns.ts';
import { defineKind } from '../define.ts';
import { age, column, humanDuration, name } from '../shared/columns.ts';
import { nonNegative } from '../shared/field-rules.ts';
import { templateWarnings } from '../shared/pod-spec/warnings.ts';
import { parseSchedule } from './cron-schedule.ts';
import { validateJobSpec } from './job-spec.ts';
import { validateTimeZone } from './time-zone.ts';

const SPEC = FieldPath.of('spec');
const POLICIES = ['Allow', 'Forbid', 'Replace'];
/** A Job's name has 63 characters, and the controller appends a dash and a time to the CronJob's. */
const MAX_NAME = 52;

function applyDefaults(draft: CronJob): void {
  draft.spec ??= {} as CronJobSpec;
  const { spec } = draft;
  spec.schedule ??= '';
  spec.jobTemplate ??= {};
  spec.jobTemplate.metadata ??= {} as ObjectMeta;
  const job = (spec.jobTemplate.spec ??= { template: {} });
  job.template ??= {};
  defaultPodTemplateSpec(job.template);
  spec.concurrencyPolicy ||= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  draft.status ??= {};
}

function validateSchedule(spec: CronJobSpec, old: CronJobSpec | undefined, at: FieldPath): FieldError[] {
  if (!spec.schedule) return [required(at)];
  const parsed = parseSchedule(spec.schedule);
  const errors = parsed.ok ? [] : [invalid(at, spec.schedule, parsed.error)];
  if (!spec.schedule.includes('TZ')) return errors;
  if (!old?.schedule.includes('TZ')) {
    errors.push(invalid(at, spec.schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
  } else if (spec.timeZone !== undefined) {
    errors.push(invalid(at, spec.schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
  }
  return errors;
}

function validateJobTemplate({ spec = { template: {} } }: JobTemplateSpec, at: FieldPath): FieldError[] {
  const here = at.child('spec');
  return [
    ...validateJobSpec(spec, here),
    ...(spec.selector ? [invalid(here.child('selector'), spec.selector, '`selector` will be auto-generated')] : []),
    ...(spec.manualSelector ? [notSupported(here.child('manualSelector'), true, ['nil', 'false'])] : []),
  ];
}

function validateSpec(spec: CronJobSpec, old: CronJobSpec | undefined): FieldError[] {
  const errors = validateSchedule(spec, old, SPEC.child('schedule'));
  if (spec.startingDeadlineSeconds !== undefined) {
    errors.push(...nonNegative(SPEC.child('startingDeadlineSeconds'), spec.startingDeadlineSeconds));
  }
  if (!old || old.timeZone !== spec.timeZone) errors.push(...validateTimeZone(spec.timeZone, SPEC.child('timeZone')));
  const policy = SPEC.child('concurrencyPolicy');
  if (!spec.concurrencyPolicy) errors.push(required(policy));
  else if (!POLICIES.includes(spec.concurrencyPolicy)) {
    errors.push(notSupported(policy, spec.concurrencyPolicy, POLICIES));
  }
  return [
    ...errors,
    ...validateJobTemplate(spec.jobTemplate, SPEC.child('jobTemplate')),
    ...nonNegative(SPEC.child('successfulJobsHistoryLimit'), spec.successfulJobsHistoryLimit ?? 0),
    ...nonNegative(SPEC.child('failedJobsHistoryLimit'), spec.failedJobsHistoryLimit ?? 0),
  ];
}

export const cronJob = defineKind<CronJob>({
  resource: cronjobs,
  generation: true,
  defaults: applyDefaults,
  prepareForCreate(draft) {
    draft.status = {};
  },
  validate: ({ metadata, spec }) => [
    ...validateSpec(spec, undefined),
    ...(metadata.name.length > MAX_NAME
      ? [invalid(FieldPath.of('metadata', 'name'), metadata.name, `must be no more than ${MAX_NAME} characters`)]
      : []),
  ],
  validateUpdate: (object, old) => validateSpec(object.spec, old.spec),
  warnings: (object, old) => [
    ...(object.spec.schedule.includes('TZ')
      ? [
          'CRON_TZ or TZ used in spec.schedule is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details',
        ]
      : []),
    ...templateWarnings(
      object.spec.jobTemplate.spec?.template,
      old?.spec.jobTemplate.spec?.template,
      SPEC.child('jobTemplate', 'spec', 'template'),
    ),
  ],
  columns: [
    name(),
    column('Schedule', 'string', 'When Jobs are made, as a cron line.', ({ spec }) => spec.schedule),
    column('Timezone', 'string', 'The time zone of the schedule.', ({ spec }) => spec.timeZone ?? '<none>'),
    column('Suspend', 'boolean', 'Whether no more Jobs are made.', ({ spec }) =>
      spec.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False',
    ),
    column('Active', 'integer', 'Jobs that run now.', ({ status }) => status?.active?.length ?? 0),
    column('Last Schedule', 'string', 'When the last Job was made.', ({ status }, now) =>
      status?.lastScheduleTime ? humanDuration(now - Date.parse(status.lastScheduleTime)) : '<none>',
    ),
    age(),
    ...templateColumns((o: CronJob) => o.spec.jobTemplate.spec?.template),
    selectorColumn((o: CronJob) => o.spec.jobTemplate.spec?.selector),
  ],
});
