import { forbidden, notSupported, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import type { ObjectMeta, PodTemplateSpec } from '../../schema/generated/types.ts';
import { defaultPodTemplateSpec } from '../shared/pod-spec/defaults.ts';

/** A template without metadata shows `metadata: {}`. */
export function defaultTemplate(template: PodTemplateSpec): void {
  template.metadata ??= {} as ObjectMeta;
  defaultPodTemplateSpec(template);
}

/** What every template of a workload that never ends must heed. `kind` is named in the complaint. */
export function validateEndlessTemplate(
  template: PodTemplateSpec | undefined,
  at: FieldPath,
  kind: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const restartPolicy = template?.spec?.restartPolicy ?? '';
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(at.child('spec', 'restartPolicy'), restartPolicy, ['Always']));
  }
  if (template?.spec?.activeDeadlineSeconds !== undefined) {
    errors.push(
      forbidden(at.child('spec', 'activeDeadlineSeconds'), `activeDeadlineSeconds in ${kind} is not Supported`),
    );
  }
  return errors;
}

/** Containers and images as the wide columns show them. */
export const containerNames = (template: PodTemplateSpec | undefined): string =>
  (template?.spec?.containers ?? []).map((c) => c.name).join(',');
export const containerImages = (template: PodTemplateSpec | undefined): string =>
  (template?.spec?.containers ?? []).map((c) => c.image ?? '').join(',');
