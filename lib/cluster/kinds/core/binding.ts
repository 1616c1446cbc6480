import { notSupported, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { bindings } from '../../schema/generated/resources.ts';
import type { Binding } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { requiredText } from '../shared/field-rules.ts';

const TARGET = FieldPath.of('target');

/** A pod is bound to a node; the kind may be left out. */
function validate({ target }: Binding): FieldError[] {
  const kind = target.kind ?? '';
  return [
    ...(kind === '' || kind === 'Node' ? [] : [notSupported(TARGET.child('kind'), kind, ['Node', '<empty>'])]),
    ...requiredText(TARGET.child('name'), target.name),
  ];
}

export const binding = defineKind<Binding>({ resource: bindings, validate });
