import { deepClone, deepEqual } from '../../../../kit/deep.ts';
import { forbidden, invalid, required, type FieldError } from '../../../machinery/field-error.ts';
import { FieldPath } from '../../../machinery/field-path.ts';
import { rangeComplaint } from '../../../machinery/names-of-numbers.ts';
import type { Container, NodeSelectorTerm, Pod, PodSpec } from '../../../schema/generated/types.ts';
import { internalDiff, internalForm } from '../internal-form.ts';
import { MIRROR_POD } from './annotations.ts';
import { validateTolerations } from './tolerations.ts';

const SPEC = FieldPath.of('spec');
const MAX_INT32 = 2 ** 31 - 1;
const UPDATABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

function images(at: FieldPath, containers: readonly Container[]): FieldError[] {
  return containers.flatMap((c, i) => {
    const image = c.image ?? '';
    const here = at.index(i).child('image');
    if (!image) return [required(here)];
    return image === image.trim() ? [] : [invalid(here, image, 'must not have leading or trailing whitespace')];
  });
}

/** A deadline may be set, and shortened. `stop` when nothing more is worth saying. */
function deadline(spec: PodSpec, old: PodSpec): { errors: FieldError[]; stop: boolean } {
  const at = SPEC.child('activeDeadlineSeconds');
  const [now, before] = [spec.activeDeadlineSeconds, old.activeDeadlineSeconds];
  if (now === undefined) {
    const why = 'must not update from a positive integer to nil value';
    return { errors: before === undefined ? [] : [invalid(at, null, why)], stop: false };
  }
  if (now < 0 || now > MAX_INT32) return { errors: [invalid(at, now, rangeComplaint(0, MAX_INT32))], stop: true };
  if (before !== undefined && before < now) {
    return { errors: [invalid(at, now, 'must be less than or equal to previous value')], stop: true };
  }
  return { errors: [], stop: false };
}

function tolerations(spec: PodSpec, old: PodSpec): FieldError[] {
  const at = SPEC.child('tolerations');
  const now = spec.tolerations ?? [];
  const kept = (old.tolerations ?? []).every((before) =>
    now.some((t) => deepEqual({ ...before, tolerationSeconds: t.tolerationSeconds }, t)),
  );
  if (!kept) return [forbidden(at, 'existing toleration can not be modified except its tolerationSeconds')];
  return validateTolerations(at, now);
}

function gates(spec: PodSpec, old: PodSpec): FieldError[] {
  const known = new Set((old.schedulingGates ?? []).map((gate) => gate.name));
  return (spec.schedulingGates ?? []).flatMap(({ name }, i) => {
    const at = SPEC.child('schedulingGates').index(i).child('name');
    return known.has(name) ? [] : [forbidden(at, `only deletion is allowed, but found new scheduling gate '${name}'`)];
  });
}

const startsWith = (now: readonly unknown[] = [], before: readonly unknown[] = []) =>
  deepEqual(now.slice(0, before.length), before);

function onlyAdds(now: NodeSelectorTerm, before: NodeSelectorTerm): boolean {
  const wasEmpty = !before.matchExpressions?.length && !before.matchFields?.length;
  if (wasEmpty) return !now.matchExpressions?.length && !now.matchFields?.length;
  return startsWith(now.matchExpressions, before.matchExpressions) && startsWith(now.matchFields, before.matchFields);
}

function gatedNodeAffinity(spec: PodSpec, old: PodSpec): FieldError[] {
  const terms = (s: PodSpec) =>
    s.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const [now, before] = [terms(spec), terms(old)];
  const at = SPEC.child(
    'affinity',
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
    'nodeSelectorTerms',
  );
  const shown = now.map((term) => internalForm('NodeSelectorTerm', term));
  if (before.length && before.length !== now.length) {
    const why = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed';
    return [invalid(at, shown.length ? shown : null, why)];
  }
  return before.flatMap((term, i) => {
    const here = now[i];
    return here && !onlyAdds(here, term)
      ? [invalid(at.index(i), shown[i], 'only additions are allowed (no mutations or deletions)')]
      : [];
  });
}

/** While a pod is gated, where it may run can still be narrowed. Puts the allowed changes back in `munged`. */
function gated(munged: PodSpec, spec: PodSpec, old: PodSpec): FieldError[] {
  const errors: FieldError[] = [];
  const selector = spec.nodeSelector ?? {};
  if (Object.entries(old.nodeSelector ?? {}).some(([key, value]) => selector[key] !== value)) {
    const why = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
    errors.push(invalid(SPEC.child('nodeSelector'), spec.nodeSelector ?? null, why));
  }
  munged.nodeSelector = old.nodeSelector;
  if (deepEqual(spec.affinity?.nodeAffinity, old.affinity?.nodeAffinity)) return errors;
  errors.push(...gatedNodeAffinity(spec, old));
  const others = munged.affinity?.podAffinity ?? munged.affinity?.podAntiAffinity;
  if (!old.affinity && !others) delete munged.affinity;
  else munged.affinity = { ...munged.affinity, nodeAffinity: old.affinity?.nodeAffinity };
  return errors;
}

const withOldImages = (containers: readonly Container[] | undefined, old: readonly Container[] | undefined) =>
  containers?.map((c, i) => ({ ...c, image: old?.[i]?.image }));

/** What an update of a Pod may change; its spec and metadata have been checked by themselves. */
export function validatePodSpecUpdate(spec: PodSpec, old: PodSpec): FieldError[] {
  const errors: FieldError[] = [];
  for (const key of ['containers', 'initContainers'] as const) {
    const [now, before] = [spec[key] ?? [], old[key] ?? []];
    if (now.length !== before.length) {
      return [...errors, forbidden(SPEC.child(key), 'pod updates may not add or remove containers')];
    }
    errors.push(...images(SPEC.child(key), now));
  }
  const ends = deadline(spec, old);
  errors.push(...ends.errors);
  if (ends.stop) return errors;
  errors.push(...tolerations(spec, old), ...gates(spec, old));
  if (deepEqual(spec, old)) return errors;

  const munged = deepClone(spec);
  munged.containers = withOldImages(spec.containers, old.containers) ?? [];
  if (spec.initContainers) munged.initContainers = withOldImages(spec.initContainers, old.initContainers);
  munged.activeDeadlineSeconds = old.activeDeadlineSeconds;
  munged.schedulingGates = old.schedulingGates;
  munged.tolerations = old.tolerations;
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1) {
    munged.terminationGracePeriodSeconds = old.terminationGracePeriodSeconds;
  }
  if (old.schedulingGates?.length) errors.push(...gated(munged, spec, old));
  if (!deepEqual(munged, old)) {
    const diff = internalDiff('PodSpec', old, munged);
    errors.push(forbidden(SPEC, `pod updates may not change fields other than ${UPDATABLE}\n${diff}`));
  }
  return errors;
}

/** An update through pods/ephemeralcontainers: containers may only be added. */
export function validateEphemeralContainersUpdate(pod: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.[MIRROR_POD] !== undefined) {
    return [forbidden(FieldPath.of(''), 'static pods do not support ephemeral containers')];
  }
  const at = SPEC.child('ephemeralContainers');
  return (old.spec.ephemeralContainers ?? []).flatMap((before) => {
    const now = (pod.spec.ephemeralContainers ?? []).find((c) => c.name === before.name);
    const name = JSON.stringify(before.name);
    if (!now) return [forbidden(at, `existing ephemeral containers ${name} may not be removed\n`)];
    if (deepEqual(now, before)) return [];
    const diff = internalDiff('EphemeralContainer', before, now);
    return [forbidden(at, `existing ephemeral containers ${name} may not be changed\n${diff}`)];
  });
}
