import { deepEqual } from '../../../kit/deep.ts';
import { forbidden, invalid, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { dns1123Label } from '../../machinery/names.ts';
import { validIp } from '../../machinery/names-of-addresses.ts';
import type { LabelSelector } from '../../machinery/selector.ts';
import { formatTime } from '../../machinery/object.ts';
import { pods } from '../../schema/generated/resources.ts';
import type { ContainerStatus, Pod, PodAffinityTerm } from '../../schema/generated/types.ts';
import { defineKind, type Column, type KindContext } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { entriesOf, immutable, qualified, subdomainName } from '../shared/field-rules.ts';
import {
  APP_ARMOR,
  MIRROR_POD,
  validatePodAnnotations,
  validateProfilesMatch,
} from '../shared/pod-spec/annotations.ts';
import { validateImagesOfPod } from '../shared/pod-spec/containers.ts';
import { defaultPod } from '../shared/pod-spec/defaults.ts';
import { qosClassOf } from '../shared/pod-spec/qos.ts';
import { isSidecar } from '../shared/pod-spec/requests.ts';
import { validatePodSpec } from '../shared/pod-spec/spec.ts';
import { validatePodSpecUpdate } from '../shared/pod-spec/update.ts';
import { podWarnings } from '../shared/pod-spec/warnings.ts';
import { summarizePod } from './pod-status-text.ts';

const SPEC = FieldPath.of('spec');
const STATUS = FieldPath.of('status');
const ANNOTATIONS = FieldPath.of('metadata', 'annotations');

/** Metadata's annotations and the spec, as they are checked on every write. */
function validateSpec(pod: Pod, context: KindContext): FieldError[] {
  const { spec, metadata } = pod;
  const options = { isPod: true, podName: metadata.name, allowPrivileged: context.flags.allowPrivileged };
  const errors = [
    ...validatePodAnnotations(ANNOTATIONS, metadata.annotations, spec),
    ...validatePodSpec(SPEC, spec, options),
  ];
  if (!spec.serviceAccountName) {
    (spec.volumes ?? []).forEach((volume, i) => {
      (volume.projected?.sources ?? []).forEach((source, j) => {
        const at = SPEC.child('volumes').index(i).child('projected', 'sources').index(j).child('serviceAccountToken');
        if (source.serviceAccountToken)
          errors.push(forbidden(at, 'must not be specified when serviceAccountName is not set'));
      });
    });
  }
  return [
    ...errors,
    ...validateImagesOfPod(SPEC.child('containers'), spec.containers),
    ...validateImagesOfPod(SPEC.child('initContainers'), spec.initContainers),
  ];
}

function validateCreate(pod: Pod, context: KindContext): FieldError[] {
  const { spec } = pod;
  const errors = validateSpec(pod, context);
  if (spec.ephemeralContainers?.length)
    errors.push(forbidden(SPEC.child('ephemeralContainers'), 'cannot be set on create'));
  if (spec.nodeName && spec.schedulingGates?.length) {
    errors.push(forbidden(SPEC.child('nodeName'), 'cannot be set until all schedulingGates have been cleared'));
  }
  return [...errors, ...validateProfilesMatch(SPEC, pod.metadata.annotations, spec)];
}

/** Annotations that the kubelet takes as fixed. */
function annotationUpdates(pod: Pod, old: Pod): FieldError[] {
  const [now, before] = [pod.metadata.annotations ?? {}, old.metadata.annotations ?? {}];
  const changed = entriesOf(before).filter(([key, value]) => now[key] !== value);
  const added = entriesOf(now).filter(([key]) => before[key] === undefined);
  const refuse = (keys: [string, string][], verb: string) =>
    keys.flatMap(([key]) => {
      if (key.startsWith(APP_ARMOR)) return [forbidden(ANNOTATIONS.key(key), `may not ${verb} AppArmor annotations`)];
      return key === MIRROR_POD ? [forbidden(ANNOTATIONS.key(key), `may not ${verb} mirror pod annotation`)] : [];
    });
  return [
    ...refuse(changed, 'remove or update'),
    ...refuse(added, 'add'),
    ...validatePodAnnotations(ANNOTATIONS, pod.metadata.annotations, pod.spec),
  ];
}

/** A container that has ended for good stays so. */
function transitions(
  at: FieldPath,
  now: ContainerStatus[] = [],
  old: ContainerStatus[] = [],
  mayRestart: (s: ContainerStatus) => boolean,
) {
  return old.flatMap((before, i) => {
    if (!before.state?.terminated || mayRestart(before)) return [];
    const again = now.some((s) => s.name === before.name && !s.state?.terminated);
    return again ? [forbidden(at.index(i).child('state'), 'may not be transitioned to non-terminated state')] : [];
  });
}

function stateTransitions(pod: Pod, old: Pod): FieldError[] {
  const { restartPolicy, initContainers = [], containers } = old.spec;
  const byRules = new Set(
    [...containers, ...initContainers].filter((c) => c.restartPolicy ?? c.restartPolicyRules).map((c) => c.name),
  );
  const mayRestart = (s: ContainerStatus) =>
    restartPolicy === 'Always' ||
    byRules.has(s.name) ||
    (restartPolicy === 'OnFailure' && s.state?.terminated?.exitCode !== 0) ||
    initContainers.some((c) => c.name === s.name && isSidecar(c));
  const [now, before] = [pod.status ?? {}, old.status ?? {}];
  return [
    ...transitions(STATUS.child('containerStatuses'), now.containerStatuses, before.containerStatuses, mayRestart),
    ...transitions(
      STATUS.child('initContainerStatuses'),
      now.initContainerStatuses,
      before.initContainerStatuses,
      mayRestart,
    ),
    ...transitions(
      STATUS.child('ephemeralContainerStatuses'),
      now.ephemeralContainerStatuses,
      before.ephemeralContainerStatuses,
      () => false,
    ),
  ];
}

function validateStatusUpdate(pod: Pod, old: Pod): FieldError[] {
  const nominated = pod.status?.nominatedNodeName;
  const known = ['PodScheduled', 'Ready', 'Initialized'];
  const [ips, hostIps] = [pod.status?.podIPs ?? [], pod.status?.hostIPs ?? []];
  const errors = annotationUpdates(pod, old);
  (pod.status?.conditions ?? []).forEach((c, i) => {
    if (!known.includes(c.type))
      errors.push(...qualified(FieldPath.of('metadata', 'conditions').index(i).child('Type'), c.type));
  });
  if (nominated && nominated !== old.status?.nominatedNodeName)
    errors.push(...subdomainName(STATUS.child('nominatedNodeName'), nominated));
  errors.push(
    ...immutable(STATUS.child('qosClass'), pod.status?.qosClass, old.status?.qosClass),
    ...stateTransitions(pod, old),
  );
  ips.forEach(({ ip }, i) => errors.push(...validIp(STATUS.child('podIPs').index(i), ip)));
  if (hostIps[0] && hostIps[0].ip !== pod.status?.hostIP) {
    errors.push(invalid(STATUS.child('hostIPs').index(0).child('ip'), hostIps[0].ip, 'must be equal to `hostIP`'));
  }
  hostIps.forEach(({ ip }, i) => errors.push(...validIp(STATUS.child('hostIPs').index(i), ip)));
  return errors;
}

type Labels = Record<string, string>;

/** Label keys whose values this pod has become expressions of the selector, as the scheduler reads it. */
function addLabelKeys(
  selector: LabelSelector | undefined,
  keys: string[] | undefined,
  operator: string,
  labels: Labels,
): void {
  if (!selector) return;
  for (const key of keys ?? []) {
    const value = labels[key];
    if (value !== undefined) (selector.matchExpressions ??= []).push({ key, operator, values: [value] });
  }
}

function applyLabelKeys({ spec, metadata }: Pod): void {
  const labels = metadata.labels ?? {};
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const terms: PodAffinityTerm[] = [podAffinity, podAntiAffinity].flatMap((affinity) => [
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((w) => w.podAffinityTerm),
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
  ]);
  for (const term of terms) {
    addLabelKeys(term.labelSelector, term.matchLabelKeys, 'In', labels);
    addLabelKeys(term.labelSelector, term.mismatchLabelKeys, 'NotIn', labels);
  }
  for (const constraint of spec.topologySpreadConstraints ?? []) {
    addLabelKeys(constraint.labelSelector, constraint.matchLabelKeys, 'In', labels);
  }
}

function hostnameWarning({ metadata }: Pod): string[] {
  const complaints = dns1123Label(metadata.name);
  if (complaints.length === 0) return [];
  return [
    `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${complaints.join(' ')}]`,
  ];
}

const gates = ({ spec, status }: Pod): string => {
  const all = spec.readinessGates ?? [];
  if (all.length === 0) return '<none>';
  const met = all.filter((g) => status?.conditions?.some((c) => c.type === g.conditionType && c.status === 'True'));
  return `${met.length}/${all.length}`;
};

const wide = { priority: 1 } as const;

const columns: readonly Column<Pod>[] = [
  name(),
  column('Ready', 'string', 'How many of the containers are ready.', (pod, now) => summarizePod(pod, now).ready),
  column(
    'Status',
    'string',
    'The state of the pod and its containers, in a word.',
    (pod, now) => summarizePod(pod, now).status,
  ),
  column(
    'Restarts',
    'string',
    'How often containers were started again, and when last.',
    (pod, now) => summarizePod(pod, now).restarts,
  ),
  age(),
  column('IP', 'string', 'The address of the pod.', (pod) => pod.status?.podIPs?.[0]?.ip || '<none>', wide),
  column('Node', 'string', 'The node that the pod runs on.', (pod) => pod.spec.nodeName || '<none>', wide),
  column(
    'Nominated Node',
    'string',
    'The node where room is being made for the pod.',
    (pod) => pod.status?.nominatedNodeName || '<none>',
    wide,
  ),
  column('Readiness Gates', 'string', 'How many of the further conditions of readiness hold.', gates, wide),
];

/** podIP is the first of podIPs, whichever of both a kubelet reports. */
function syncPodIps({ status }: Pod): void {
  const first = status?.podIPs?.[0]?.ip;
  if (status && first) status.podIP = first;
  else if (status?.podIP) status.podIPs = [{ ip: status.podIP }];
}

export const pod = defineKind<Pod>({
  resource: pods,
  generation: (object, old) => !deepEqual(object.spec, old.spec),
  defaults: (draft) => {
    draft.spec ??= { containers: [] };
    defaultPod(draft.spec);
    syncPodIps(draft);
  },
  prepareForCreate(draft, { clock }) {
    draft.status = { phase: 'Pending', qosClass: qosClassOf(draft.spec) };
    if (draft.spec.schedulingGates?.length) {
      draft.status.conditions = [
        {
          type: 'PodScheduled',
          status: 'False',
          lastTransitionTime: formatTime(clock.now()),
          reason: 'SchedulingGated',
          message: 'Scheduling is blocked due to non-empty scheduling gates',
        },
      ];
    }
    applyLabelKeys(draft);
  },
  prepareForUpdate({ spec }) {
    if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1;
  },
  prepareForStatusUpdate(draft, old) {
    draft.status ??= {};
    draft.status.qosClass ||= old.status?.qosClass;
    draft.status.observedGeneration ||= old.status?.observedGeneration;
    const before = [...(old.status?.conditions ?? [])];
    for (const condition of draft.status.conditions ?? []) {
      const i = before.findIndex((c) => c.type === condition.type);
      const known = i < 0 ? undefined : before.splice(i, 1)[0]?.observedGeneration;
      if (!condition.observedGeneration && known) condition.observedGeneration = known;
    }
  },
  validate: validateCreate,
  validateUpdate: (object, old, context) => [
    ...validateSpec(object, context),
    ...annotationUpdates(object, old),
    ...validatePodSpecUpdate(object.spec, old.spec),
  ],
  validateStatusUpdate,
  warnings: (object, old) => {
    if (old) return [];
    const at = FieldPath.of();
    return [...hostnameWarning(object), ...podWarnings(at, object.metadata, object.spec)];
  },
  selectableFields: {
    'spec.nodeName': (o) => o.spec.nodeName ?? '',
    // The name that it had once.
    'spec.host': (o) => o.spec.nodeName ?? '',
    'spec.restartPolicy': (o) => o.spec.restartPolicy ?? '',
    'spec.schedulerName': (o) => o.spec.schedulerName ?? '',
    'spec.serviceAccountName': (o) => o.spec.serviceAccountName ?? '',
    'spec.hostNetwork': (o) => String(o.spec.hostNetwork ?? false),
    'status.phase': (o) => o.status?.phase ?? '',
    'status.podIP': (o) => o.status?.podIPs?.[0]?.ip ?? '',
    'status.podIPs': (o) => o.status?.podIPs?.[0]?.ip ?? '',
    'status.nominatedNodeName': (o) => o.status?.nominatedNodeName ?? '',
  },
  columns,
  answersWithDeleted: true,
  gracePeriod(object, asked) {
    const ended = object.status?.phase === 'Failed' || object.status?.phase === 'Succeeded';
    if (!object.spec.nodeName || ended) return 0;
    const seconds = asked ?? object.spec.terminationGracePeriodSeconds ?? 0;
    return seconds < 0 ? 1 : seconds;
  },
});
