import { deepClone, deepEqual } from '../../../kit/deep.ts';
import { invalid, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { events, eventsV1 } from '../../schema/generated/resources.ts';
import type { Event, EventsV1Event } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { immutable, qualified, subdomainName } from '../shared/field-rules.ts';
import { internalForm } from '../shared/internal-form.ts';

const at = (...names: string[]) => FieldPath.of(...names);
const unset = (field: string): FieldError => invalid(at(field), '', 'needs to be unset');

/** Fields that both versions have under the same name. */
const common = ({
  metadata,
  action,
  reason,
  related,
  reportingInstance,
  series,
  type,
  eventTime,
}: EventsV1Event | Event) => ({
  metadata,
  ...(action ? { action } : {}),
  ...(reason ? { reason } : {}),
  ...(related ? { related } : {}),
  ...(reportingInstance ? { reportingInstance } : {}),
  ...(series ? { series } : {}),
  ...(type ? { type } : {}),
  eventTime: eventTime ?? (null as never),
});

export function eventToCore(object: EventsV1Event): Event {
  return deepClone({
    apiVersion: 'v1',
    kind: events.kind,
    ...common(object),
    ...(object.deprecatedCount ? { count: object.deprecatedCount } : {}),
    firstTimestamp: object.deprecatedFirstTimestamp ?? (null as never),
    involvedObject: object.regarding ?? {},
    lastTimestamp: object.deprecatedLastTimestamp ?? (null as never),
    ...(object.note ? { message: object.note } : {}),
    reportingComponent: object.reportingController ?? '',
    reportingInstance: object.reportingInstance ?? '',
    source: object.deprecatedSource ?? {},
  });
}

export function eventFromCore(object: Event): EventsV1Event {
  return deepClone({
    apiVersion: 'events.k8s.io/v1',
    kind: eventsV1.kind,
    ...common(object),
    ...(object.count ? { deprecatedCount: object.count } : {}),
    deprecatedFirstTimestamp: object.firstTimestamp ?? (null as never),
    deprecatedLastTimestamp: object.lastTimestamp ?? (null as never),
    deprecatedSource: object.source ?? {},
    ...(object.message ? { note: object.message } : {}),
    regarding: object.involvedObject,
    ...(object.reportingComponent ? { reportingController: object.reportingComponent } : {}),
  }) as EventsV1Event;
}

function text(field: string, value: string | undefined, max: number): FieldError[] {
  if (!value) return [required(at(field))];
  return value.length > max ? [invalid(at(field), '', `can have at most ${max} characters`)] : [];
}

/** What holds for every event; paths are core/v1's, as upstream has them. */
function validateCommon(event: EventsV1Event): FieldError[] {
  const { namespace = '' } = event.metadata;
  const theirs = event.regarding?.namespace ?? '';
  const mismatch = [invalid(at('involvedObject', 'namespace'), theirs, 'does not match event.namespace')];
  const errors: FieldError[] = [];
  if (!event.eventTime) {
    const fits = theirs ? theirs === namespace : ['', 'default'].includes(namespace);
    if (!fits) errors.push(...mismatch);
  } else {
    if (!theirs && !['default', 'kube-system'].includes(namespace)) errors.push(...mismatch);
    const controller = event.reportingController ?? '';
    if (!controller) errors.push(required(at('reportingController')));
    errors.push(
      ...qualified(at('reportingController'), controller),
      ...text('reportingInstance', event.reportingInstance, 128),
      ...text('action', event.action, 128),
      ...text('reason', event.reason, 128),
    );
    if ((event.note ?? '').length > 1024) {
      errors.push(invalid(at('message'), '', 'can have at most 1024 characters'));
    }
  }
  return [...errors, ...subdomainName(at('namespace'), namespace)];
}

function validateSeries({ series }: EventsV1Event): FieldError[] {
  if (!series) return [];
  return [
    ...((series.count ?? 0) < 2 ? [invalid(at('series.count'), '', 'should be at least 2')] : []),
    ...(series.lastObservedTime ? [] : [required(at('series.lastObservedTime'))]),
  ];
}

function validate(event: EventsV1Event): FieldError[] {
  const { type = '', deprecatedSource: source } = event;
  return [
    ...validateCommon(event),
    ...validateSeries(event),
    ...(event.eventTime ? [] : [required(at('eventTime'))]),
    ...(type === 'Normal' || type === 'Warning' ? [] : [invalid(at('type'), '', `has invalid value: ${type}`)]),
    ...(event.deprecatedFirstTimestamp ? [unset('firstTimestamp')] : []),
    ...(event.deprecatedLastTimestamp ? [unset('lastTimestamp')] : []),
    ...(event.deprecatedCount ? [unset('count')] : []),
    ...(source?.component || source?.host ? [unset('source')] : []),
  ];
}

/** What never changes, by its name in core/v1 and in the form in which the complaint prints it. */
const FIXED: Readonly<Record<string, (event: EventsV1Event) => unknown>> = {
  involvedObject: ({ regarding }) => internalForm('ObjectReference', regarding),
  reason: ({ reason = '' }) => reason,
  message: ({ note = '' }) => note,
  source: ({ deprecatedSource }) => internalForm('EventSource', deprecatedSource),
  firstTimestamp: ({ deprecatedFirstTimestamp }) => deprecatedFirstTimestamp ?? null,
  lastTimestamp: ({ deprecatedLastTimestamp }) => deprecatedLastTimestamp ?? null,
  count: ({ deprecatedCount = 0 }) => deprecatedCount,
  type: ({ type = '' }) => type,
  eventTime: ({ eventTime }) => eventTime ?? null,
  action: ({ action = '' }) => action,
  related: ({ related }) => internalForm('ObjectReference', related),
  reportingController: ({ reportingController = '' }) => reportingController,
  reportingInstance: ({ reportingInstance = '' }) => reportingInstance,
};

/** events.k8s.io/v1 beside core/v1: one object, two shapes; written through this one, it is checked strictly. */
export const eventV1 = defineKind<EventsV1Event>({
  resource: eventsV1,
  createOnUpdate: true,
  storedAs: {
    resource: events,
    toStored: eventToCore,
    fromStored: (object) => eventFromCore(object as Event),
  },
  defaults(draft) {
    draft.eventTime ??= null as never;
    draft.deprecatedFirstTimestamp ??= null as never;
    draft.deprecatedLastTimestamp ??= null as never;
    draft.deprecatedSource ??= {};
    draft.regarding ??= {};
  },
  validate,
  validateUpdate: (object, old) => [
    ...validateCommon(object),
    ...(deepEqual(object.series, old.series) ? [] : validateSeries(object)),
    ...Object.entries(FIXED).flatMap(([field, of]) => immutable(at(field), of(object), of(old))),
  ],
  selectableFields: {
    reason: (o) => o.reason ?? '',
    reportingController: (o) => o.reportingController ?? '',
    type: (o) => o.type ?? '',
    'regarding.kind': (o) => o.regarding?.kind ?? '',
    'regarding.namespace': (o) => o.regarding?.namespace ?? '',
    'regarding.name': (o) => o.regarding?.name ?? '',
    'regarding.uid': (o) => o.regarding?.uid ?? '',
    'regarding.apiVersion': (o) => o.regarding?.apiVersion ?? '',
    'regarding.resourceVersion': (o) => o.regarding?.resourceVersion ?? '',
    'regarding.fieldPath': (o) => o.regarding?.fieldPath ?? '',
  },
});
