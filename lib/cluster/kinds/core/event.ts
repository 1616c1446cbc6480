import { invalid, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { dns1123Subdomain, qualifiedName } from '../../machinery/names.ts';
import { events } from '../../schema/generated/resources.ts';
import type { Event } from '../../schema/generated/types.ts';
import { defineKind, type Column } from '../define.ts';
import { column, name, since } from '../shared/columns.ts';
import { complaints, requiredText } from '../shared/field-rules.ts';

const at = (...names: string[]) => FieldPath.of(...names);

const atMost = (field: string, value: string | undefined, max: number): FieldError[] =>
  (value?.length ?? 0) > max ? [invalid(at(field), '', `can have at most ${max} characters`)] : [];

/** An event stands in the namespace of what it is about; cluster-scoped objects have theirs in `default`. */
export function validateEvent(event: Event): FieldError[] {
  const { metadata, involvedObject } = event;
  const about = involvedObject.namespace ?? '';
  const where = metadata.namespace ?? '';
  const elsewhere = [invalid(at('involvedObject', 'namespace'), about, 'does not match event.namespace')];
  const own = complaints(at('namespace'), where, dns1123Subdomain(where));
  if (!event.eventTime) {
    const fits = about === '' ? where === '' || where === 'default' : where === about;
    return [...(fits ? [] : elsewhere), ...own];
  }
  const fits = about !== '' || where === 'default' || where === 'kube-system';
  const controller = event.reportingComponent ?? '';
  return [
    ...(fits ? [] : elsewhere),
    ...requiredText(at('reportingController'), controller),
    ...complaints(at('reportingController'), controller, qualifiedName(controller)),
    ...requiredText(at('reportingInstance'), event.reportingInstance),
    ...atMost('reportingInstance', event.reportingInstance, 128),
    ...(event.action ? atMost('action', event.action, 128) : [required(at('action'))]),
    ...(event.reason ? atMost('reason', event.reason, 128) : [required(at('reason'))]),
    ...atMost('message', event.message, 1024),
    ...own,
  ];
}

const firstSeen = (event: Event, now: number): string => since(event.firstTimestamp ?? event.eventTime, now);

function lastSeen(event: Event, now: number): string {
  if (event.series?.lastObservedTime) return since(event.series.lastObservedTime, now);
  return event.lastTimestamp ? since(event.lastTimestamp, now) : firstSeen(event, now);
}

function target({ involvedObject: { kind = '', name: about } }: Event): string {
  return about ? `${kind.toLowerCase()}/${about}` : kind.toLowerCase();
}

function source({ source: from, reportingComponent, reportingInstance }: Event): string {
  const component = from?.component || (reportingComponent ?? '');
  const instance = from?.component ? from.host : reportingInstance;
  return instance ? `${component}, ${instance}` : component;
}

const wide = { priority: 1 } as const;

export const eventColumns: readonly Column<Event>[] = [
  column('Last Seen', 'string', 'When it happened last.', lastSeen),
  column('Type', 'string', 'Normal or Warning.', (e) => e.type ?? ''),
  column('Reason', 'string', 'What happened, in a word.', (e) => e.reason ?? ''),
  column('Object', 'string', 'What it happened to.', target),
  column('Subobject', 'string', 'The part that it happened to.', (e) => e.involvedObject.fieldPath ?? '', wide),
  column('Source', 'string', 'Who reported it.', source, wide),
  column('Message', 'string', 'What happened, in a sentence.', (e) => (e.message ?? '').trim()),
  column('First Seen', 'string', 'When it happened first.', firstSeen, wide),
  column('Count', 'string', 'How often it happened.', (e) => e.series?.count ?? (e.count || 1), wide),
  { ...name<Event>(), priority: 1 },
];

export const event = defineKind<Event>({
  resource: events,
  createOnUpdate: true,
  validate: validateEvent,
  selectableFields: {
    'involvedObject.kind': (e) => e.involvedObject.kind ?? '',
    'involvedObject.namespace': (e) => e.involvedObject.namespace ?? '',
    'involvedObject.name': (e) => e.involvedObject.name ?? '',
    'involvedObject.uid': (e) => e.involvedObject.uid ?? '',
    'involvedObject.apiVersion': (e) => e.involvedObject.apiVersion ?? '',
    'involvedObject.resourceVersion': (e) => e.involvedObject.resourceVersion ?? '',
    'involvedObject.fieldPath': (e) => e.involvedObject.fieldPath ?? '',
    reason: (e) => e.reason ?? '',
    reportingComponent: (e) => e.reportingComponent ?? '',
    source: (e) => e.source?.component || (e.reportingComponent ?? ''),
    type: (e) => e.type ?? '',
  },
  columns: eventColumns,
});
