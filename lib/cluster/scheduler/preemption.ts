import { selects } from '../machinery/selector.ts';
import type { Pod, PodDisruptionBudget } from '../schema/generated/types.ts';
import { countReasons, fitError } from './fit-error.ts';
import { judgeChanged, type Rejection } from './find-node.ts';
import { unfit, type Plugin, type Snapshot, type Unfit } from './framework.ts';
import type { NodeInfo } from './node-info.ts';

export interface Preemption {
  node: NodeInfo;
  victims: Pod[];
}

const priority = (pod: Pod): number => pod.spec.priority ?? 0;
const started = (pod: Pod): number => Date.parse(pod.status?.startTime ?? pod.metadata.creationTimestamp ?? '') || 0;

/** More important first: higher priority, then longer running. */
const byImportance = (a: Pod, b: Pod): number => priority(b) - priority(a) || started(a) - started(b);

/**
 * Looks for a node where a pod fits once pods of lower priority are gone (upstream: DefaultPreemption). Answers with them,
 * or with why that does not help, in the words of the FailedScheduling event.
 */
export function findPreemption(
  pod: Pod,
  rejections: ReadonlyMap<NodeInfo, Rejection>,
  snapshot: Snapshot,
  plugins: readonly Plugin[],
  budgets: readonly PodDisruptionBudget[],
): Preemption | string {
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = snapshot.nodes.find((node) => node.name === pod.status?.nominatedNodeName);
  const leaving = [...(nominated?.pods ?? [])].some((p) => p.metadata.deletionTimestamp && priority(p) < priority(pod));
  const resolvable = nominated && rejections.get(nominated)?.verdict.resolvable !== false;
  if (leaving && resolvable) return 'not eligible due to a terminating pod on the nominated node.';
  const verdicts: Unfit[] = [];
  const candidates: Candidate[] = [];
  for (const [node, { verdict }] of rejections) {
    if (!verdict.resolvable) verdicts.push(unfit('Preemption is not helpful for scheduling'));
    else {
      const candidate = selectVictims(pod, node, snapshot, plugins, budgets);
      if ('reasons' in candidate) verdicts.push(candidate);
      else candidates.push(candidate);
    }
  }
  const [best] = candidates.sort(byHarm);
  return best ?? fitError(rejections.size, countReasons(verdicts), '');
}

interface Candidate extends Preemption {
  violations: number;
}

function selectVictims(
  pod: Pod,
  node: NodeInfo,
  snapshot: Snapshot,
  plugins: readonly Plugin[],
  budgets: readonly PodDisruptionBudget[],
): Candidate | Unfit {
  const lower = [...node.pods].filter((other) => priority(other) < priority(pod)).sort(byImportance);
  if (lower.length === 0) return unfit('No preemption victims found for incoming pod');
  const victims = new Set(lower);
  const rejection = judgeChanged(pod, node.changed(victims), snapshot, plugins);
  if (rejection) return rejection.verdict;
  const { violating, others } = splitByBudget(lower, budgets);
  let violations = 0;
  // Spare as many as possible, those that a budget protects first.
  for (const other of [...violating, ...others]) {
    victims.delete(other);
    if (!judgeChanged(pod, node.changed(victims), snapshot, plugins)) continue;
    victims.add(other);
    if (violating.includes(other)) violations++;
  }
  return { node, victims: [...victims].sort(byImportance), violations };
}

function splitByBudget(pods: readonly Pod[], budgets: readonly PodDisruptionBudget[]) {
  const left = new Map(budgets.map((budget) => [budget, budget.status?.disruptionsAllowed ?? 0]));
  const violating: Pod[] = [];
  const others: Pod[] = [];
  for (const pod of pods) {
    let violates = false;
    for (const budget of budgets) {
      if (budget.metadata.namespace !== pod.metadata.namespace) continue;
      if (!selects(budget.spec?.selector, pod.metadata.labels)) continue;
      const allowed = (left.get(budget) ?? 0) - 1;
      left.set(budget, allowed);
      if (allowed < 0) violates = true;
    }
    (violates ? violating : others).push(pod);
  }
  return { violating, others };
}

const highestPriority = ({ victims }: Candidate): number => Math.max(...victims.map(priority));
const sumOfPriorities = ({ victims }: Candidate): number => victims.reduce((n, pod) => n + priority(pod) + 2 ** 31, 0);
const earliestStart = ({ victims }: Candidate): number => Math.min(...victims.map(started));

/** Least harm first: budgets violated, importance and number of victims, how long they have run. */
function byHarm(a: Candidate, b: Candidate): number {
  return (
    a.violations - b.violations ||
    highestPriority(a) - highestPriority(b) ||
    sumOfPriorities(a) - sumOfPriorities(b) ||
    a.victims.length - b.victims.length ||
    earliestStart(b) - earliestStart(a)
  );
}
