import type { FieldPath } from '../../../machinery/field-path.ts';
import type { Container, PodSpec } from '../../../schema/generated/types.ts';

/** Calls `visit` for every container of a pod, with its path: init, ordinary, ephemeral. */
export function visitContainers(
  at: FieldPath,
  spec: PodSpec,
  visit: (at: FieldPath, container: Container) => void,
): void {
  for (const key of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    (spec[key] ?? []).forEach((container, i) => visit(at.child(key).index(i), container));
  }
}
