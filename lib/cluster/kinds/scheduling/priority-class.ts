import { forbidden, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { priorityclasses } from '../../schema/generated/resources.ts';
import type { PriorityClass } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { immutable } from '../shared/field-rules.ts';

const HIGHEST_USER_PRIORITY = 1_000_000_000;
/** The classes that every cluster has; nobody may make another whose name starts alike. */
const SYSTEM_VALUES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};
const POLICIES = ['PreemptLowerPriority', 'Never'];

function whyNoSystemClass({ metadata, value = 0, globalDefault = false }: PriorityClass): string | undefined {
  const expected = SYSTEM_VALUES[metadata.name];
  if (expected === undefined) return `${metadata.name} is not a known system priority class`;
  if (value !== expected) return `value of ${metadata.name} PriorityClass must be ${expected}`;
  if (globalDefault) return `globalDefault of ${metadata.name} PriorityClass must be false`;
  return undefined;
}

function validate(object: PriorityClass): FieldError[] {
  const errors: FieldError[] = [];
  if (object.metadata.name.startsWith('system-')) {
    const why = whyNoSystemClass(object);
    if (why) {
      errors.push(
        forbidden(
          FieldPath.of('metadata', 'name'),
          `priority class names with 'system-' prefix are reserved for system use only. error: ${why}`,
        ),
      );
    }
  } else if ((object.value ?? 0) > HIGHEST_USER_PRIORITY) {
    errors.push(
      forbidden(FieldPath.of('value'), `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`),
    );
  }
  const policy = FieldPath.of('preemptionPolicy');
  if (!object.preemptionPolicy) errors.push(required(policy));
  else if (!POLICIES.includes(object.preemptionPolicy)) {
    errors.push(notSupported(policy, object.preemptionPolicy, POLICIES));
  }
  return errors;
}

export const priorityClass = defineKind<PriorityClass>({
  resource: priorityclasses,
  // Starts at 1 and stays there, as upstream has it.
  generation: () => false,
  defaults(draft) {
    draft.value ??= 0;
    draft.preemptionPolicy ??= 'PreemptLowerPriority';
  },
  validate,
  validateUpdate: (object, old) => [
    ...(object.value === old.value ? [] : [forbidden(FieldPath.of('value'), 'may not be changed in an update.')]),
    ...immutable(FieldPath.of('preemptionPolicy'), object.preemptionPolicy, old.preemptionPolicy),
  ],
  columns: [
    name(),
    column('Value', 'integer', 'The priority of pods that use this class.', (o) => o.value ?? 0),
    column('Global-Default', 'boolean', 'Whether pods without a class get this one.', (o) => o.globalDefault ?? false),
    age(),
    column('PreemptionPolicy', 'string', 'Whether pods of this class preempt others.', (o) => o.preemptionPolicy ?? ''),
  ],
});
