import { deepEqual } from '../../../../kit/deep.ts';
import {
  duplicate,
  forbidden,
  invalid,
  notFoundValue,
  notSupported,
  required,
  tooMany,
  type FieldError,
} from '../../../machinery/field-error.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import type { Container, ContainerRestartRule, EphemeralContainer, PodSpec } from '../../../schema/generated/types.ts';
import { labelName, oneOf, requiredText, requiredThen } from '../field-rules.ts';
import { validateEnv, validateEnvFrom } from './env.ts';
import { validateVolumeDevices, validateVolumeMounts, type VolumesByName } from './mounts.ts';
import type { PodSpecOptions } from './options.ts';
import { hostPortConflicts, validatePorts } from './ports.ts';
import { validateLifecycle, validateProbes } from './probes.ts';
import { isSidecar } from './requests.ts';
import { validateContainerResources, validateResizePolicy } from './resources.ts';
import { validateSecurityContext } from './security.ts';

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const RESTART_POLICIES = ['Always', 'Never', 'OnFailure'];
const MAX_RESTART_RULES = 20;
const MAX_EXIT_CODES = 255;

/** What the containers of one pod share. */
interface Surroundings {
  spec: PodSpec;
  volumes: VolumesByName;
  options: PodSpecOptions;
}

function common(at: FieldPath, c: Container, { spec, volumes, options }: Surroundings): FieldError[] {
  const claims = (spec.resourceClaims ?? []).map((claim) => claim.name).filter((name) => name !== '');
  return [
    ...requiredThen(at.child('name'), c.name, labelName),
    ...requiredText(at.child('image'), c.image),
    ...oneOf(at.child('terminationMessagePolicy'), c.terminationMessagePolicy, ['File', 'FallbackToLogsOnError']),
    ...validatePorts(at.child('ports'), c.ports),
    ...validateEnv(at.child('env'), c.env, volumes),
    ...validateEnvFrom(at.child('envFrom'), c.envFrom),
    ...validateVolumeMounts(at.child('volumeMounts'), c, volumes),
    ...validateVolumeDevices(at.child('volumeDevices'), c, volumes),
    ...oneOf(at.child('imagePullPolicy'), c.imagePullPolicy, PULL_POLICIES),
    ...validateContainerResources(at.child('resources'), c.resources ?? {}, claims),
    ...validateResizePolicy(at.child('resizePolicy'), c.resizePolicy, spec.restartPolicy),
    ...validateSecurityContext(at.child('securityContext'), c.securityContext, spec, options),
  ];
}

function restartRules(at: FieldPath, rules: readonly ContainerRestartRule[]): FieldError[] {
  if (rules.length > MAX_RESTART_RULES) {
    return [tooMany(at, rules.length, MAX_RESTART_RULES)];
  }
  return rules.flatMap((rule, i) => {
    const here = at.index(i);
    const errors = oneOf(here.child('action'), rule.action, ['Restart', 'RestartAllContainers']);
    const codes = rule.exitCodes;
    if (!codes) return [...errors, required(here.child('exitCodes'), 'must be specified')];
    const operator = codes.operator ?? '';
    if (!['In', 'NotIn'].includes(operator))
      errors.push(notSupported(here.child('exitCodes', 'operator'), operator, ['In', 'NotIn']));
    if ((codes.values?.length ?? 0) > MAX_EXIT_CODES) {
      const why = `must have at most ${MAX_EXIT_CODES} values`;
      errors.push(invalid(here.child('exitCodes', 'values'), codes.values, why));
    }
    return errors;
  });
}

function restartPolicy(at: FieldPath, c: Container): FieldError[] {
  const policy = c.restartPolicy;
  const here = at.child('restartPolicy');
  const errors: FieldError[] = [];
  if (policy !== undefined && !RESTART_POLICIES.includes(policy))
    errors.push(notSupported(here, policy, RESTART_POLICIES));
  if (c.restartPolicyRules?.length) {
    if (policy === undefined) errors.push(required(here, 'must specify restartPolicy when restart rules are used'));
    errors.push(...restartRules(at.child('restartPolicyRules'), c.restartPolicyRules));
  }
  return errors;
}

function validateContainers(at: FieldPath, around: Surroundings): FieldError[] {
  const { terminationGracePeriodSeconds: grace } = around.spec;
  const containers = around.spec.containers ?? [];
  if (containers.length === 0) return [required(at)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  containers.forEach((c, i) => {
    const here = at.index(i);
    errors.push(...common(here, c, around));
    if (names.has(c.name)) errors.push(duplicate(here.child('name'), c.name));
    names.add(c.name);
    if (c.lifecycle) errors.push(...validateLifecycle(here.child('lifecycle'), c.lifecycle, grace));
    errors.push(...validateProbes(here, c, grace), ...restartPolicy(here, c));
  });
  return [...errors, ...hostPortConflicts(at, containers)];
}

const ONLY_SIDECARS = 'may not be set for init containers without restartPolicy=Always';

function validateInitContainers(at: FieldPath, around: Surroundings): FieldError[] {
  const { initContainers = [], terminationGracePeriodSeconds: grace } = around.spec;
  const containers = around.spec.containers ?? [];
  const errors: FieldError[] = [];
  const names = new Set(containers.map((c) => c.name));
  initContainers.forEach((c, i) => {
    const here = at.index(i);
    errors.push(...common(here, c, around), ...restartPolicy(here, c));
    if (names.has(c.name)) errors.push(duplicate(here.child('name'), c.name));
    else if (c.name) names.add(c.name);
    // Init containers run one by one, so only a container's own ports can collide.
    errors.push(...hostPortConflicts(at, [c]));
    if (isSidecar(c)) {
      if (c.lifecycle) errors.push(...validateLifecycle(here.child('lifecycle'), c.lifecycle, grace));
      errors.push(...validateProbes(here, c, grace));
      return;
    }
    for (const key of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
      if (c[key]) errors.push(forbidden(here.child(key), ONLY_SIDECARS));
    }
  });
  return errors;
}

/** What an ephemeral container must not have, by field and value when unset. */
const NOT_EPHEMERAL: (keyof EphemeralContainer)[] = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
];

function validateEphemeralContainers(at: FieldPath, around: Surroundings): FieldError[] {
  const { initContainers = [], ephemeralContainers = [] } = around.spec;
  const containers = around.spec.containers ?? [];
  const errors: FieldError[] = [];
  const targets = new Set([...containers, ...initContainers].map((c) => c.name));
  const names = new Set(targets);
  const why = 'cannot be set for an Ephemeral Container';
  ephemeralContainers.forEach((c, i) => {
    const here = at.index(i);
    errors.push(...common(here, c, around), ...imageSpaces(here, c));
    if (names.has(c.name)) errors.push(duplicate(here.child('name'), c.name));
    names.add(c.name);
    if (c.targetContainerName && !targets.has(c.targetContainerName)) {
      errors.push(notFoundValue(here.child('targetContainerName'), c.targetContainerName));
    }
    for (const key of NOT_EPHEMERAL) {
      const value = c[key];
      if (value !== undefined && !deepEqual(value, {}) && !deepEqual(value, []))
        errors.push(forbidden(here.child(key), why));
    }
    (c.volumeMounts ?? []).forEach((mount, j) => {
      const mountAt = here.child('volumeMounts').index(j);
      if (mount.subPath) errors.push(forbidden(mountAt.child('subPath'), why));
      if (mount.subPathExpr) errors.push(forbidden(mountAt.child('subPathExpr'), why));
    });
  });
  return errors;
}

/** Checked of Pods only: templates have always been allowed blanks round an image's name. */
function imageSpaces(at: FieldPath, c: Container): FieldError[] {
  const image = c.image ?? '';
  return image === image.trim()
    ? []
    : [invalid(at.child('image'), image, 'must not have leading or trailing whitespace')];
}

/** The checks of containers that hold for Pods but not for templates. */
export function validateImagesOfPod(at: FieldPath, containers: readonly Container[] | undefined): FieldError[] {
  return (containers ?? []).flatMap((c, i) => imageSpaces(at.index(i), c));
}

/** Every container of a pod: ordinary, init, ephemeral, in this order. */
export function validateAllContainers(
  at: FieldPath,
  spec: PodSpec,
  volumes: VolumesByName,
  options: PodSpecOptions,
): FieldError[] {
  const around = { spec, volumes, options };
  return [
    ...validateContainers(at.child('containers'), around),
    ...validateInitContainers(at.child('initContainers'), around),
    ...validateEphemeralContainers(at.child('ephemeralContainers'), around),
  ];
}
