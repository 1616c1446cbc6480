import { duplicate, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { runtimeclasses } from '../../schema/generated/resources.ts';
import type { RuntimeClass, Scheduling } from '../../schema/generated/types.ts';
import { deepEqual } from '../../../kit/deep.ts';
import { age, column, name } from '../shared/columns.ts';
import { defineKind } from '../define.ts';
import { immutable, labelName, validateLabels } from '../shared/field-rules.ts';
import { internalForm } from '../shared/internal-form.ts';
import { validateContainerResources } from '../shared/pod-spec/resources.ts';
import { validateTolerations } from '../shared/pod-spec/tolerations.ts';

const HANDLER = FieldPath.of('handler');

function validateScheduling({ nodeSelector, tolerations = [] }: Scheduling, at: FieldPath): FieldError[] {
  const list = at.child('tolerations');
  return [
    ...validateLabels(at.child('nodeSelector'), nodeSelector),
    ...validateTolerations(list, tolerations),
    ...tolerations.flatMap((toleration, i) =>
      tolerations.findIndex((other) => deepEqual(other, toleration)) < i
        ? [duplicate(list.index(i), internalForm('Toleration', toleration))]
        : [],
    ),
  ];
}

const validate = ({ handler, overhead, scheduling }: RuntimeClass): FieldError[] => [
  ...labelName(HANDLER, handler),
  // The complaint names the field as a container's, since the same check is used.
  ...(overhead ? validateContainerResources(FieldPath.of('overhead'), { limits: overhead.podFixed }, []) : []),
  ...(scheduling ? validateScheduling(scheduling, FieldPath.of('scheduling')) : []),
];

export const runtimeClass = defineKind<RuntimeClass>({
  resource: runtimeclasses,
  unconditionalUpdate: false,
  defaults(draft) {
    draft.handler ??= '';
  },
  validate,
  validateUpdate: (object, old) => immutable(HANDLER, object.handler, old.handler),
  columns: [name(), column('Handler', 'string', 'The runtime configuration on the nodes.', (o) => o.handler), age()],
});
