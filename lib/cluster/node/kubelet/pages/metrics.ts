import type { Kubelet } from '../kubelet.ts';
import type { NodeUsage } from '../../../machinery/kubelet-api.ts';

type Labels = Readonly<Record<string, string>>;

interface Family {
  name: string;
  kind: 'counter' | 'gauge';
  about: string;
  samples: readonly (readonly [labels: Labels, value: number])[];
}

const quote = (value: string) => `"${value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`;

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${quote(value)}`);
  return pairs.length ? `{${pairs.join(',')}}` : '';
}

/** Prometheus' text format. */
function format(families: readonly Family[]): string {
  return families
    .map(({ name, kind, about, samples }) => {
      const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`);
      return `# HELP ${name} ${about}\n# TYPE ${name} ${kind}\n${lines.join('')}`;
    })
    .join('');
}

const seconds = (nanoCores: number, uptime: number) => Number(((nanoCores / 1e9) * uptime).toFixed(6));

/** `/metrics/resource`: what the metrics server reads. */
export function resourceMetrics(kubelet: Kubelet, usage: NodeUsage): string {
  const now = kubelet.options.clock.now();
  const uptime = (now - kubelet.startedAt) / 1000;
  const containers = usage.pods.flatMap(({ namespace, name: pod, containers: list }) =>
    list.map((c) => ({ ...c, labels: { container: c.name, namespace, pod } })),
  );
  const pods = usage.pods.map(({ namespace, name: pod, containers: list }) => ({
    labels: { namespace, pod },
    cpu: list.reduce((sum, c) => sum + c.cpu, 0),
    memory: list.reduce((sum, c) => sum + c.memory, 0),
  }));
  const started = (labels: { container: string; namespace: string; pod: string }) =>
    (kubelet.worker({ namespace: labels.namespace, name: labels.pod })?.record(labels.container)?.startedAt ?? now) /
    1000;
  return format([
    {
      name: 'container_cpu_usage_seconds_total',
      kind: 'counter',
      about: '[STABLE] Processor time that the container has used, in seconds',
      samples: containers.map((c) => [c.labels, seconds(c.cpu, uptime)]),
    },
    {
      name: 'container_memory_working_set_bytes',
      kind: 'gauge',
      about: '[STABLE] Working set of the container, in bytes',
      samples: containers.map((c) => [c.labels, c.memory]),
    },
    {
      name: 'container_start_time_seconds',
      kind: 'gauge',
      about: '[STABLE] Unix time of the start of the container',
      samples: containers.map((c) => [c.labels, started(c.labels)]),
    },
    {
      name: 'node_cpu_usage_seconds_total',
      kind: 'counter',
      about: '[STABLE] Processor time that the node has used, in seconds',
      samples: [[{}, seconds(usage.cpu, uptime)]],
    },
    {
      name: 'node_memory_working_set_bytes',
      kind: 'gauge',
      about: '[STABLE] Working set of the node, in bytes',
      samples: [[{}, usage.memory]],
    },
    {
      name: 'pod_cpu_usage_seconds_total',
      kind: 'counter',
      about: '[STABLE] Processor time that the pod has used, in seconds',
      samples: pods.map((p) => [p.labels, seconds(p.cpu, uptime)]),
    },
    {
      name: 'pod_memory_working_set_bytes',
      kind: 'gauge',
      about: '[STABLE] Working set of the pod, in bytes',
      samples: pods.map((p) => [p.labels, p.memory]),
    },
    {
      name: 'resource_scrape_error',
      kind: 'gauge',
      about: '[STABLE] 1 if the metrics could not be gathered, else 0',
      samples: [[{}, 0]],
    },
  ]);
}

/** `/metrics`: the series that somebody looks for on a node. */
export function kubeletMetrics(kubelet: Kubelet): string {
  const workers = [...kubelet.workers.values()];
  const states = new Map<string, number>();
  for (const r of workers.flatMap((w) => w.records)) {
    const state = r.state === 'terminated' ? 'exited' : r.state === 'waiting' ? 'created' : 'running';
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  const restarts = workers.flatMap((w) => w.records).reduce((sum, r) => sum + r.restarts, 0);
  return format([
    {
      name: 'kubelet_node_name',
      kind: 'gauge',
      about: "[ALPHA] The node's name. The count is always 1.",
      samples: [[{ node: kubelet.options.node }, 1]],
    },
    {
      name: 'kubelet_running_containers',
      kind: 'gauge',
      about: '[ALPHA] Containers by the state that they are in',
      samples: [...states].map(([state, n]) => [{ container_state: state }, n]),
    },
    {
      name: 'kubelet_running_pods',
      kind: 'gauge',
      about: '[ALPHA] Number of pods that have a running pod sandbox',
      samples: [[{}, workers.filter((w) => w.sandbox && !w.finished).length]],
    },
    {
      name: 'kubelet_started_containers_total',
      kind: 'counter',
      about: '[ALPHA] Containers started, all in all',
      samples: [[{ container_type: 'container' }, workers.flatMap((w) => w.records).length + restarts]],
    },
    {
      name: 'kubelet_started_pods_total',
      kind: 'counter',
      about: '[ALPHA] Cumulative number of pods started',
      samples: [[{}, kubelet.podsStarted]],
    },
  ]);
}
