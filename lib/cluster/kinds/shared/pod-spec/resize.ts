import { deepEqual } from '../../../../kit/deep.ts';
import { forbidden, invalid, type FieldError } from '../../../machinery/field-error.ts';
import { FieldPath } from '../../../machinery/field-path.ts';
import { quantityNanos } from '../../../machinery/quantity.ts';
import type { Container, Pod, ResourceRequirements } from '../../../schema/generated/types.ts';
import { MIRROR_POD } from './annotations.ts';
import { qosClassOf } from './qos.ts';
import { isSidecar } from './requests.ts';

const SPEC = FieldPath.of('spec');

function removed(now: Record<string, string> = {}, before: Record<string, string> = {}): boolean {
  return Object.keys(before).some((name) => now[name] === undefined);
}

function containerResize(at: FieldPath, now: Container, before: Container): FieldError[] {
  const [r, old]: ResourceRequirements[] = [now.resources ?? {}, before.resources ?? {}];
  const errors: FieldError[] = [];
  if (removed(r?.requests, old?.requests))
    errors.push(forbidden(at.child('requests'), 'resource requests cannot be removed'));
  if (removed(r?.limits, old?.limits)) errors.push(forbidden(at.child('limits'), 'resource limits cannot be removed'));
  return errors;
}

/** What is left when cpu and memory are set aside. */
function withoutCompute(c: Container): Container {
  const rest = (list: Record<string, string> | undefined) =>
    Object.fromEntries(
      Object.entries(list ?? {})
        .filter(([name]) => name !== 'cpu' && name !== 'memory')
        .map(([n, q]) => [n, String(quantityNanos(q))]),
    );
  return { ...c, resources: { limits: rest(c.resources?.limits), requests: rest(c.resources?.requests) } };
}

/** An update through pods/resize: cpu and memory of containers and sidecars, without a change of the QoS class. */
export function validatePodResize(pod: Pod, old: Pod): FieldError[] {
  const whole = FieldPath.of('');
  if (old.metadata.annotations?.[MIRROR_POD] !== undefined) return [forbidden(whole, 'static pods cannot be resized')];
  if (old.spec.os?.name === 'windows') return [forbidden(whole, 'windows pods cannot be resized')];
  const errors: FieldError[] = [];
  if (qosClassOf(pod.spec) !== (old.status?.qosClass ?? qosClassOf(old.spec))) {
    errors.push(invalid(SPEC, pod.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'));
  }
  const inits = pod.spec.initContainers ?? [];
  (old.spec.initContainers ?? []).forEach((before, i) => {
    const now = inits[i];
    const at = SPEC.child('initContainers').index(i).child('resources');
    if (now && isSidecar(before)) errors.push(...containerResize(at, now, before));
  });
  old.spec.containers.forEach((before, i) => {
    const now = pod.spec.containers[i];
    if (now) errors.push(...containerResize(SPEC.child('containers').index(i).child('resources'), now, before));
  });
  pod.spec.containers.forEach((now, i) => {
    const before = old.spec.containers[i];
    if (before && !deepEqual(withoutCompute(now), withoutCompute(before))) {
      errors.push(forbidden(SPEC, 'only cpu and memory resources are mutable'));
    }
  });
  inits.forEach((now, i) => {
    const before = old.spec.initContainers?.[i];
    if (!before) return;
    if (!isSidecar(now)) {
      if (!deepEqual(now, before))
        errors.push(forbidden(SPEC, 'resources for non-sidecar init containers are immutable'));
    } else if (!deepEqual(withoutCompute(now), withoutCompute(before))) {
      errors.push(forbidden(SPEC, 'only cpu and memory resources for sidecar containers are mutable'));
    }
  });
  return errors;
}
