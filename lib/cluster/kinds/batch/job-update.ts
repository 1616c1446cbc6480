import { deepClone, deepEqual } from '../../../kit/deep.ts';
import { invalid, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import type { Job, JobSpec, PodTemplateSpec } from '../../schema/generated/types.ts';
import { immutable } from '../shared/field-rules.ts';
import { internalForm } from '../shared/internal-form.ts';

/** Fields of the template that may change while a Job is suspended and has not started. */
function withSchedulingOf(template: PodTemplateSpec, from: PodTemplateSpec): PodTemplateSpec {
  const copy = deepClone(template);
  const spec = (copy.spec ??= { containers: [] });
  const { affinity, nodeSelector, tolerations, schedulingGates } = from.spec ?? {};
  const { nodeAffinity: _mutable, ...fixed } = spec.affinity ?? {};
  const merged = { ...fixed, ...(affinity?.nodeAffinity ? { nodeAffinity: affinity.nodeAffinity } : {}) };
  if (affinity || Object.keys(merged).length) spec.affinity = merged;
  else delete spec.affinity;
  Object.assign(spec, { nodeSelector, tolerations, schedulingGates });
  copy.metadata = {
    ...copy.metadata,
    name: copy.metadata?.name ?? '',
    annotations: from.metadata?.annotations,
    labels: from.metadata?.labels,
  };
  return copy;
}

/** Compares what both would be in the same place: a name that is absent or empty is the same. */
function sameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  const plain = (t: PodTemplateSpec) => ({ ...t, metadata: { ...t.metadata, name: t.metadata?.name || undefined } });
  return deepEqual(plain(a), plain(b));
}

function validateTemplate(now: Job, before: Job, at: FieldPath): FieldError[] {
  const notStarted = before.spec.suspend === true && before.status?.startTime === undefined;
  const { template } = now.spec;
  const old = notStarted ? withSchedulingOf(before.spec.template, template) : before.spec.template;
  if (sameTemplate(template, old)) return [];
  if (notStarted) return [invalid(at.child('spec'), internalForm('PodSpec', template.spec), 'field is immutable')];
  return [invalid(at, internalForm('PodTemplateSpec', template), 'field is immutable')];
}

/** Completions of an Indexed Job may change together with its parallelism (elastic indexed Jobs). */
function validateCompletions(now: JobSpec, before: JobSpec, at: FieldPath): FieldError[] {
  if (now.completionMode !== 'Indexed') return immutable(at, now.completions, before.completions);
  if (now.completions === before.completions || now.completions === undefined) return [];
  return now.completions === now.parallelism
    ? []
    : [invalid(at, now.completions, 'can only be modified in tandem with spec.parallelism')];
}

/** A part that may not change, printed in its internal form. */
const fixed = (struct: string, at: FieldPath, now: object | undefined, before: object | undefined): FieldError[] =>
  deepEqual(now, before) ? [] : [invalid(at, internalForm(struct, now), 'field is immutable')];

/** What may not change in a Job, or only under conditions. */
export function validateJobChange(now: Job, before: Job, spec: FieldPath): FieldError[] {
  return [
    ...validateCompletions(now.spec, before.spec, spec.child('completions')),
    ...immutable(spec.child('selector'), now.spec.selector, before.spec.selector),
    ...validateTemplate(now, before, spec.child('template')),
    ...immutable(spec.child('completionMode'), now.spec.completionMode, before.spec.completionMode),
    ...fixed(
      'PodFailurePolicy',
      spec.child('podFailurePolicy'),
      now.spec.podFailurePolicy,
      before.spec.podFailurePolicy,
    ),
    ...immutable(spec.child('backoffLimitPerIndex'), now.spec.backoffLimitPerIndex, before.spec.backoffLimitPerIndex),
    ...immutable(spec.child('managedBy'), now.spec.managedBy, before.spec.managedBy),
    ...fixed('SuccessPolicy', spec.child('successPolicy'), now.spec.successPolicy, before.spec.successPolicy),
  ];
}
