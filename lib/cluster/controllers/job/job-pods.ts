import { jobs } from '../../schema/generated/resources.ts';
import type { Job, Pod, PodFailurePolicyRule } from '../../schema/generated/types.ts';
import { podFromTemplate } from '../shared/pod-control.ts';

export const TRACKING = 'batch.kubernetes.io/job-tracking';
const INDEX = 'batch.kubernetes.io/job-completion-index';

export const isIndexed = ({ spec }: Job): boolean => spec.completionMode === 'Indexed';

export function indexOf(pod: Pod): number {
  return Number(pod.metadata.annotations?.[INDEX] ?? -1);
}

export function jobPod(job: Job, index: number | undefined): Pod {
  const pod = podFromTemplate(job.spec.template, jobs, job);
  pod.metadata.finalizers = [...(pod.metadata.finalizers ?? []), TRACKING];
  if (index === undefined) return pod;
  const text = String(index);
  const fieldPath = `metadata.labels['${INDEX}']`;
  const variable = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } };
  pod.metadata.generateName = `${job.metadata.name}-${text}-`;
  pod.metadata.annotations = { ...pod.metadata.annotations, [INDEX]: text };
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
