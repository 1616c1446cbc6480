import { jobs } from '../../schema/generated/resources.ts';
import type { Job, Pod, PodFailurePolicyRule } from '../../schema/generated/types.ts';
import { podFromTemplate } from '../shared/pod-control.ts';

export const TRACKING = 'batch.kubernetes.io/job-tracking';
const INDEX = 'batch.kubernetes.io/job-completion-index';
/** How often an index had failed before this pod of it, and how often for reasons that do not count. */
const FAILURES = 'batch.kubernetes.io/job-index-failure-count';
const IGNORED_FAILURES = 'batch.kubernetes.io/job-index-ignored-failure-count';

export const isIndexed = ({ spec }: Job): boolean => spec.completionMode === 'Indexed';

export function indexOf(pod: Pod): number {
  return Number(pod.metadata.annotations?.[INDEX] ?? -1);
}

export const isOver = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
/** A pod that is on its way out while it was counted on has failed, too. */
export const hasFailed = (pod: Pod): boolean => pod.status?.phase === 'Failed';

interface IndexFailures {
  counted: number;
  ignored: number;
}

/** Failures of an index before this pod of it. */
export function failuresBefore({ metadata: { annotations } }: Pod): IndexFailures {
  return { counted: Number(annotations?.[FAILURES] ?? 0), ignored: Number(annotations?.[IGNORED_FAILURES] ?? 0) };
}

/** The same with this pod's own failure. */
export function failuresWith(job: Job, pod: Pod): IndexFailures {
  const { counted, ignored } = failuresBefore(pod);
  return judgeFailure(job, pod)?.action === 'Ignore'
    ? { counted, ignored: ignored + 1 }
    : { counted: counted + 1, ignored };
}

/** Whether a failed pod is the end of its index in a job that limits failures by index. */
export function failsIndex(job: Job, pod: Pod): boolean {
  const { backoffLimitPerIndex } = job.spec;
  if (backoffLimitPerIndex === undefined) return false;
  const action = judgeFailure(job, pod)?.action;
  return action === 'FailIndex' || (action !== 'Ignore' && failuresBefore(pod).counted >= backoffLimitPerIndex);
}

/** A pod of a job. `before`: the last failed pod of its index, which it replaces. */
export function jobPod(job: Job, index: number | undefined, before?: Pod): Pod {
  const pod = podFromTemplate(job.spec.template, jobs, job);
  pod.metadata.finalizers = [...(pod.metadata.finalizers ?? []), TRACKING];
  if (index === undefined) return pod;
  const text = String(index);
  const fieldPath = `metadata.labels['${INDEX}']`;
  const variable = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } };
  pod.metadata.generateName = `${job.metadata.name}-${text}-`;
  const failures = before ? failuresWith(job, before) : { counted: 0, ignored: 0 };
  pod.metadata.annotations = {
    ...pod.metadata.annotations,
    [INDEX]: text,
    ...(job.spec.backoffLimitPerIndex === undefined ? {} : { [FAILURES]: String(failures.counted) }),
    ...(failures.ignored > 0 ? { [IGNORED_FAILURES]: String(failures.ignored) } : {}),
  };
  pod.metadata.labels = { ...pod.metadata.labels, [INDEX]: text };
  pod.spec.hostname = `${job.metadata.name}-${text}`;
  for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
    if (!container.env?.some((e) => e.name === variable.name)) container.env = [...(container.env ?? []), variable];
  }
  return pod;
}

/** `0-2,4` for 0, 1, 2, 4. */
export function formatIndexes(indexes: Iterable<number>): string {
  const sorted = [...new Set(indexes)].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length;) {
    let end = i;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end++;
    const join = end === i ? '' : end === i + 1 ? ',' : '-';
    parts.push(join ? `${sorted[i]}${join}${sorted[end]}` : `${sorted[i]}`);
    i = end + 1;
  }
  return parts.join(',');
}

export function parseIndexes(text = ''): number[] {
  return text
    .split(',')
    .filter(Boolean)
    .flatMap((part) => {
      const [from = 0, to = from] = part.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    });
}

export interface FailureVerdict {
  action: string;
  message: string;
}

/** What the job's pod failure policy says about a failed pod; undefined when no rule matches. */
export function judgeFailure(job: Job, pod: Pod): FailureVerdict | undefined {
  const rules = job.spec.podFailurePolicy?.rules ?? [];
  for (const [i, rule] of rules.entries()) {
    const why = matches(rule, pod);
    if (why) return { action: rule.action, message: `${why} matching ${rule.action} rule at index ${i}` };
  }
  return undefined;
}

function matches({ onExitCodes, onPodConditions }: PodFailurePolicyRule, pod: Pod): string | undefined {
  const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
  if (onExitCodes) {
    const { containerName, operator, values } = onExitCodes;
    const all = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
    const found = all.find(({ name, state }) => {
      const code = state?.terminated?.exitCode;
      if (code === undefined || code === 0 || (containerName && containerName !== name)) return false;
      return values.includes(code) === (operator === 'In');
    });
    return found && `Container ${found.name} for pod ${key} failed with exit code ${found.state?.terminated?.exitCode}`;
  }
  const condition = onPodConditions?.find((wanted) =>
    pod.status?.conditions?.some((c) => c.type === wanted.type && c.status === (wanted.status ?? 'True')),
  );
  return condition && `Pod ${key} has condition ${condition.type}`;
}
