import type { FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import type { LabelSelector, PodTemplateSpec } from '../../schema/generated/types.ts';
import { validatePodTemplateSpec } from '../shared/pod-spec/validation.ts';
import { validateTemplateLabels } from './selector.ts';
import { validateEndlessTemplate } from './template.ts';

/** The template of a ReplicaSet, and of a Deployment, which complains in a ReplicaSet's name. */
export function validateReplicaTemplate(
  { selector, template = {} }: { selector?: LabelSelector; template?: PodTemplateSpec },
  spec: FieldPath,
): FieldError[] {
  const at = spec.child('template');
  return [
    ...validateTemplateLabels(selector, template.metadata?.labels, at),
    ...validatePodTemplateSpec(template, at),
    ...validateEndlessTemplate(template, at, 'ReplicaSet'),
  ];
}
