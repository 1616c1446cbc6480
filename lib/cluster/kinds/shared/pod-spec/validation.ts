import { forbidden, required, type FieldError } from '../../../machinery/field-error.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import type { PodSpec, PodTemplateSpec } from '../../../schema/generated/types.ts';
import { validateAnnotations, validateLabels } from '../field-rules.ts';
import { validatePodAnnotations, validateProfilesMatch } from './annotations.ts';
import type { PodSpecOptions } from './options.ts';
import { validatePodSpec } from './spec.ts';

/** Templates are checked as if privileged containers were allowed: their pods are checked again when they are made. */
const TEMPLATE: PodSpecOptions = { isPod: false, allowPrivileged: true };
const NO_SPEC: PodSpec = { containers: [] };

/** The template of a workload, at `spec.template`; an absent one is a required error. */
export function validatePodTemplateSpec(template: PodTemplateSpec | undefined, at: FieldPath): FieldError[] {
  if (!template) return [required(at)];
  const { labels, annotations } = template.metadata ?? {};
  const spec = template.spec ?? NO_SPEC;
  const specAt = at.child('spec');
  return [
    ...validateLabels(at.child('labels'), labels),
    ...validateAnnotations(at.child('annotations'), annotations),
    ...validatePodAnnotations(at.child('annotations'), annotations, spec),
    ...validatePodSpec(specAt, spec, TEMPLATE),
    ...validateProfilesMatch(specAt, annotations, spec),
    ...(spec.ephemeralContainers?.length
      ? [forbidden(specAt.child('ephemeralContainers'), 'ephemeral containers not allowed in pod template')]
      : []),
  ];
}
