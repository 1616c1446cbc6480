import { createEventRecorder } from '../../client/event-recorder.ts';
import { startReconciler } from '../../client/reconciler.ts';
import { formatTime, objectKey, splitKey } from '../../machinery/object.ts';
import { parseApiVersion, type Resource } from '../../machinery/resource.ts';
import { horizontalpodautoscalers, podmetrics, pods } from '../../schema/generated/resources.ts';
import type {
  AutoscalingV2HorizontalPodAutoscaler as Autoscaler,
  HorizontalPodAutoscalerCondition,
  MetricStatus,
  Scale,
} from '../../schema/generated/types.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { sameStatus, withCondition } from '../shared/conditions.ts';
import { Discovery } from '../shared/discovery.ts';
import { messageOf } from '../shared/pod-control.ts';
import { behaviorOf, limitByRules } from './behavior.ts';
import { MetricUnavailable, measure } from './resource-metric.ts';

/** Sizes workloads by what their pods use (upstream: pkg/controller/podautoscaler). */
export const horizontalPodAutoscaler: Controller = {
  name: 'horizontal-pod-autoscaler-controller',
  serviceAccount: 'horizontal-pod-autoscaler',
  start: startAutoscaler,
};

/** `--horizontal-pod-autoscaler-sync-period`. */
const PERIOD = 15_000;

type Status = NonNullable<Autoscaler['status']>;

function startAutoscaler(context: ControllerContext) {
  const { client, informers, clock } = context;
  const informer = informers.informer(horizontalpodautoscalers);
  const discovery = new Discovery(informers);
  const events = createEventRecorder({ ...context, component: 'horizontal-pod-autoscaler' });
  /** Recommendations of the recent past, by autoscaler: scaling down waits until all of them agree. */
  const recommendations = new Map<string, { at: number; replicas: number }[]>();
  const scalings = new Map<string, { at: number; change: number }[]>();
  const reconciler = startReconciler({ ...context, informers: [informer, discovery.definitions], reconcile });
  reconciler.own(
    informer.onEvent({
      // A new autoscaler is looked at after one period, as later ones are; nothing makes it be looked at sooner.
      add: (h) => reconciler.queue.addAfter(objectKey(h), PERIOD),
      delete: (h) => {
        recommendations.delete(objectKey(h));
        scalings.delete(objectKey(h));
      },
    }),
    () => events.stop(),
  );

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const scaler = informer.get(namespace, name);
    if (!scaler) return;
    const status: Status = { ...scaler.status, desiredReplicas: scaler.status?.desiredReplicas ?? 0 };
    await size(scaler, status);
    if (!sameStatus(scaler.status, status)) await client.updateStatus(horizontalpodautoscalers, { ...scaler, status });
    reconciler.queue.addAfter(key, PERIOD);
  }

  function condition(status: Status, type: string, value: boolean, reason: string, message: string): void {
    const changed: HorizontalPodAutoscalerCondition = {
      type,
      status: value ? 'True' : 'False',
      lastTransitionTime: formatTime(clock.now()),
      reason,
      message,
    };
    status.conditions = [...withCondition(status.conditions, changed)];
    const order = ['AbleToScale', 'ScalingActive', 'ScalingLimited'];
    status.conditions.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
  }

  async function size(scaler: Autoscaler, status: Status): Promise<void> {
    const { scaleTargetRef: target, minReplicas = 1, maxReplicas } = scaler.spec;
    const namespace = scaler.metadata.namespace ?? '';
    const warn = (reason: string, message: string) =>
      events.event(horizontalpodautoscalers, scaler, 'Warning', reason, message);
    const resource = discovery.find(parseApiVersion(target.apiVersion ?? 'v1').group, target.kind ?? '');
    let scale: Scale;
    try {
      if (!resource)
        throw new Error(
          `no matches for kind "${target.kind}" in group "${parseApiVersion(target.apiVersion ?? '').group}"`,
        );
      scale = await getScale(resource, namespace, target.name ?? '');
    } catch (error) {
      const message = messageOf(error);
      warn('FailedGetScale', message);
      const text = `the HPA controller was unable to get the target's current scale: ${message}`;
      return condition(status, 'AbleToScale', false, 'FailedGetScale', text);
    }
    condition(
      status,
      'AbleToScale',
      true,
      'SucceededGetScale',
      "the HPA controller was able to get the target's current scale",
    );
    const current = scale.spec.replicas ?? 0;
    status.currentReplicas = current;
    if (current === 0 && minReplicas !== 0) {
      status.desiredReplicas = 0;
      const text = 'scaling is disabled since the replica count of the target is zero';
      return condition(status, 'ScalingActive', false, 'ScalingDisabled', text);
    }
    let wanted = current;
    if (current > maxReplicas) wanted = maxReplicas;
    else if (current < minReplicas) wanted = minReplicas;
    else {
      const found = await evaluate(scaler, status, scale, warn);
      if (found === undefined) return;
      wanted = normalize(scaler, status, current, found);
    }
    if (wanted !== current && resource) {
      await setScale(resource, namespace, scale, wanted);
      const reason = reasonOf(scaler, current, wanted);
      const rescaled = `New size: ${wanted}; reason: ${reason}`;
      events.event(horizontalpodautoscalers, scaler, 'Normal', 'SuccessfulRescale', rescaled);
      const text = `the HPA controller was able to update the target scale to ${wanted}`;
      condition(status, 'AbleToScale', true, 'SucceededRescale', text);
      status.lastScaleTime = formatTime(clock.now());
      const key = objectKey(scaler);
      scalings.set(key, [...(scalings.get(key) ?? []), { at: clock.now(), change: wanted - current }].slice(-50));
    }
    status.desiredReplicas = wanted;
  }

  /** What the metrics ask for: the most of all that can be read; undefined when none can. */
  async function evaluate(
    scaler: Autoscaler,
    status: Status,
    scale: Scale,
    warn: (reason: string, message: string) => void,
  ): Promise<number | undefined> {
    const labelSelector = scale.status?.selector ?? '';
    const selected = (await client.list(pods, { namespace: scaler.metadata.namespace ?? '', labelSelector })).items;
    const namespace = scaler.metadata.namespace ?? '';
    const metrics = async () => (await client.list(podmetrics, { namespace })).items;
    let most: number | undefined;
    let failure: MetricUnavailable | undefined;
    const reports: MetricStatus[] = [];
    for (const metric of scaler.spec.metrics ?? []) {
      try {
        const { replicas, report } = await measure(metric, selected, scale.spec.replicas ?? 0, metrics, clock.now());
        reports.push(report);
        most = Math.max(most ?? 0, replicas);
      } catch (error) {
        failure ??=
          error instanceof MetricUnavailable
            ? error
            : new MetricUnavailable('FailedGetResourceMetric', messageOf(error));
      }
    }
    if (reports.length > 0) status.currentMetrics = reports;
    if (failure && (most === undefined || most < (scale.spec.replicas ?? 0))) {
      warn(failure.reason, failure.cause);
      const count = scaler.spec.metrics?.length ?? 0;
      const all = `invalid metrics (1 invalid out of ${count}), first error is: ${failure.message}`;
      warn('FailedComputeMetricsReplicas', all);
      const text = `the HPA was unable to compute the replica count: ${failure.message}`;
      condition(status, 'ScalingActive', false, failure.reason, text);
      return undefined;
    }
    const name = scaler.spec.metrics?.[0]?.resource?.name ?? 'resource';
    const kind =
      scaler.spec.metrics?.[0]?.resource?.target.type === 'Utilization'
        ? 'resource utilization (percentage of request)'
        : 'resource';
    const text = `the HPA was able to successfully calculate a replica count from ${name} ${kind}`;
    condition(status, 'ScalingActive', true, 'ValidMetricFound', text);
    return most;
  }

  /** Within limits, the stabilization window and the scaling policies. */
  function normalize(scaler: Autoscaler, status: Status, current: number, found: number): number {
    const key = objectKey(scaler);
    const now = clock.now();
    const { minReplicas = 1, maxReplicas } = scaler.spec;
    const { up, down } = behaviorOf(scaler);
    const window = Math.max(up.window, down.window);
    const history = (recommendations.get(key) ?? []).filter((r) => r.at >= now - window);
    if (history.length === 0) history.push({ at: now, replicas: current });
    history.push({ at: now, replicas: found });
    recommendations.set(key, history);
    const within = (w: number) => history.filter((r) => r.at >= now - w).map((r) => r.replicas);
    let stable = current;
    const least = Math.min(found, ...within(up.window));
    const most = Math.max(found, ...within(down.window));
    if (current < least) stable = least;
    else if (current > most) stable = most;
    if (stable !== found) {
      const lower = stable > found;
      const reason = lower ? 'ScaleDownStabilized' : 'ScaleUpStabilized';
      const text = lower
        ? 'recent recommendations were higher than current one, applying the highest recent recommendation'
        : 'recent recommendations were lower than current one, applying the lowest recent recommendation';
      condition(status, 'AbleToScale', true, reason, text);
    } else {
      const text = 'recommended size matches current size';
      condition(status, 'AbleToScale', true, 'ReadyForNewScale', text);
    }
    const ruled = limitByRules(stable > current ? up : down, current, stable, scalings.get(key) ?? [], now);
    const bounded = Math.max(minReplicas, Math.min(maxReplicas, ruled));
    if (bounded === ruled && ruled === stable) {
      condition(
        status,
        'ScalingLimited',
        false,
        'DesiredWithinRange',
        'the desired count is within the acceptable range',
      );
    } else if (ruled > maxReplicas) {
      const text = 'the desired replica count is more than the maximum replica count';
      condition(status, 'ScalingLimited', true, 'TooManyReplicas', text);
    } else if (ruled < minReplicas) {
      const text = 'the desired replica count is less than the minimum replica count';
      condition(status, 'ScalingLimited', true, 'TooFewReplicas', text);
    } else {
      const grows = stable > current;
      const text = `the desired replica count is ${grows ? 'increasing' : 'decreasing'} faster than the maximum scale rate`;
      condition(status, 'ScalingLimited', true, grows ? 'ScaleUpLimit' : 'ScaleDownLimit', text);
    }
    return bounded;
  }

  const getScale = (resource: Resource, namespace: string, name: string): Promise<Scale> =>
    client.get(resource as Resource<Scale>, namespace, name, 'scale');

  async function setScale(resource: Resource, namespace: string, scale: Scale, replicas: number): Promise<void> {
    const draft: Scale = { ...scale, metadata: { ...scale.metadata, namespace }, spec: { ...scale.spec, replicas } };
    await client.update(
      {
        group: resource.group,
        version: resource.version,
        resource: resource.resource,
        kind: 'Scale',
        namespaced: true,
      },
      draft,
      { subresource: 'scale' },
    );
  }

  return reconciler;
}

function reasonOf({ spec }: Autoscaler, current: number, wanted: number): string {
  if (current > spec.maxReplicas) return 'Current number of replicas above Spec.MaxReplicas';
  if (current < (spec.minReplicas ?? 1)) return 'Current number of replicas below Spec.MinReplicas';
  if (wanted < current) return 'All metrics below target';
  const { name = 'cpu', target } = spec.metrics?.[0]?.resource ?? {};
  const what = target?.type === 'Utilization' ? 'resource utilization (percentage of request)' : 'resource';
  return `${name} ${what} above target`;
}
