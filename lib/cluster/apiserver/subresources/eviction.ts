import { deepClone } from '../../../kit/deep.ts';
import type { ApiResult } from '../../machinery/api-request.ts';
import { formatTime } from '../../machinery/object.ts';
import { selects } from '../../machinery/selector.ts';
import { badRequest, internalError, notFound, tooManyRequests } from '../../machinery/status-error.ts';
import { poddisruptionbudgets, pods } from '../../schema/generated/resources.ts';
import type { Eviction, Pod, PodCondition, PodDisruptionBudget } from '../../schema/generated/types.ts';
import { storageKey, storagePrefix } from '../../store/keys.ts';
import type { Call } from '../core.ts';
import { asObject } from '../core.ts';
import { deleteObject } from '../handlers/delete.ts';

const REFUSED = "Cannot evict pod as it would violate the pod's disruption budget.";
/** How many evicted pods a budget may wait for, as upstream limits it. */
const MOST_DISRUPTED = 2000;

const refused = (why: string, retryAfterSeconds = 0) =>
  tooManyRequests(REFUSED, retryAfterSeconds, { causes: [{ reason: 'DisruptionBudget', message: why }] });

function budgetsOf(call: Call, pod: Pod): PodDisruptionBudget[] {
  const { items } = call.core.store.list(storagePrefix(poddisruptionbudgets, call.namespace));
  const budgets = items as unknown as PodDisruptionBudget[];
  return budgets.filter((b) => selects(b.spec.selector, pod.metadata.labels));
}

const isReady = (pod: Pod) => pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;

/** Whether a pod may go without counting against its budget: it serves nobody. */
function countsForNothing(pod: Pod, budget: PodDisruptionBudget): boolean {
  if (isReady(pod)) return false;
  if (budget.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

/** Takes one disruption off a budget, or refuses the eviction. */
function spend(call: Call, pod: Pod, budget: PodDisruptionBudget): void {
  const { status } = budget;
  const { name, generation = 0 } = budget.metadata;
  if ((status?.observedGeneration ?? 0) < generation) {
    throw refused(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  if (Object.keys(status?.disruptedPods ?? {}).length > MOST_DISRUPTED) {
    throw refused('DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  }
  const { disruptionsAllowed = 0, desiredHealthy = 0, currentHealthy = 0 } = status ?? {};
  if (disruptionsAllowed <= 0) {
    throw refused(
      `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
    );
  }
  if (call.dryRun || !status) return;
  const draft = deepClone(budget);
  draft.status = {
    ...status,
    disruptionsAllowed: disruptionsAllowed - 1,
    disruptedPods: { ...status.disruptedPods, [pod.metadata.name]: formatTime(call.core.clock.now()) },
  };
  call.core.store.put(storageKey(poddisruptionbudgets, call.namespace, name), draft);
}

/** Says on the pod why it goes: Jobs, for one, may not count that as a failure. Returns its new resource version. */
function mark(call: Call, pod: Pod): string | undefined {
  const condition: PodCondition = {
    lastProbeTime: null as unknown as string,
    lastTransitionTime: formatTime(call.core.clock.now()),
    message: 'Eviction API: evicting',
    ...(pod.metadata.generation ? { observedGeneration: pod.metadata.generation } : {}),
    reason: 'EvictionByEvictionAPI',
    status: 'True',
    type: 'DisruptionTarget',
  };
  const others = pod.status?.conditions?.filter(({ type }) => type !== condition.type) ?? [];
  const marked = { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
  return call.core.store.put(storageKey(pods, call.namespace, call.name), marked).metadata.resourceVersion;
}

/** `pods/eviction`: deletes a pod if its disruption budget allows it. */
export async function eviction(call: Call): Promise<ApiResult> {
  // The decoder has made an Eviction of it.
  const body = call.body as Eviction;
  if (body.metadata.name && body.metadata.name !== call.name) {
    throw badRequest('name in URL does not match name in Eviction object');
  }
  const found = call.core.store.get(storageKey(pods, call.namespace, call.name));
  if (!found) throw notFound(pods, call.name);
  const pod = asObject(found) as unknown as Pod;
  const phase = pod.status?.phase;
  const harmless = phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || pod.metadata.deletionTimestamp;
  if (!harmless) {
    const budgets = budgetsOf(call, pod);
    const [budget] = budgets;
    if (budgets.length > 1) {
      throw internalError(
        'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
      );
    }
    if (budget && !countsForNothing(pod, budget)) spend(call, pod, budget);
  }
  const { deleteOptions = {} } = body;
  const { preconditions } = deleteOptions;
  const isSame = (given: string | undefined, own: string | undefined) => given === undefined || given === own;
  // What the deletion will refuse is not marked.
  const wanted =
    isSame(preconditions?.uid, pod.metadata.uid) &&
    isSame(preconditions?.resourceVersion, pod.metadata.resourceVersion);
  const resourceVersion = wanted && !call.dryRun ? mark(call, pod) : undefined;
  const renewed = preconditions?.resourceVersion !== undefined && resourceVersion !== undefined;
  await deleteObject({
    ...call,
    subresource: '',
    body: renewed ? { ...deleteOptions, preconditions: { ...preconditions, resourceVersion } } : deleteOptions,
  });
  return {
    code: 201,
    object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
    warnings: [],
  };
}
