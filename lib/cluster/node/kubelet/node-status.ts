import { formatTime } from '../../machinery/object.ts';
import type { Node, NodeCondition, NodeStatus } from '../../schema/generated/types.ts';
import { digestOf } from '../images/catalogue.ts';
import { images } from '../images/index.ts';
import type { KubeletConfig } from './config.ts';

/** The simulated machine: what every node of a profile has. */
const CAPACITY = {
  cpu: '2',
  'ephemeral-storage': '264212084Ki',
  'hugepages-1Gi': '0',
  'hugepages-2Mi': '0',
  memory: '24684084Ki',
};
const ALLOCATABLE = { ...CAPACITY, 'ephemeral-storage': '243497856212', memory: '24581684Ki' };
/** nodeStatusMaxImages. */
const MOST_IMAGES = 50;

export interface NodeFacts {
  name: string;
  ip: string;
  machineId: string;
  config: KubeletConfig;
  kubeletVersion: string;
  now: number;
  /** Why the node is not ready, if it is not. */
  problem: string | undefined;
}

export function allocatable(config: KubeletConfig): Record<string, string> {
  return { ...ALLOCATABLE, pods: String(config.maxPods) };
}

/** The object that a kubelet registers. */
export function newNode(facts: NodeFacts): Node {
  const { name, config } = facts;
  return {
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        ...config.nodeLabels,
      },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: config.registerWithTaints.length ? { taints: config.registerWithTaints } : {},
    status: nodeStatus(facts, undefined),
  };
}

/** The status that a kubelet posts; what others put into it (extended resources, conditions) stays. */
export function nodeStatus(facts: NodeFacts, old: NodeStatus | undefined): NodeStatus {
  const { config, ip, name } = facts;
  const extended = (which: 'capacity' | 'allocatable') =>
    Object.fromEntries(Object.entries(old?.[which] ?? {}).filter(([key]) => key.includes('/')));
  return {
    ...old,
    addresses: [
      { address: ip, type: 'InternalIP' },
      { address: name, type: 'Hostname' },
    ],
    allocatable: { ...extended('allocatable'), ...allocatable(config) },
    capacity: { ...extended('capacity'), ...CAPACITY, pods: String(config.maxPods) },
    conditions: conditions(facts, old?.conditions ?? []),
    daemonEndpoints: { kubeletEndpoint: { Port: config.port } },
    declaredFeatures: [
      'ExtendWebSocketsToKubelet',
      'InPlacePodLevelResourcesVerticalScaling',
      'InPlacePodVerticalScalingInitContainers',
      'RestartAllContainersOnContainerExits',
    ],
    features: { supplementalGroupsPolicy: true },
    images: old?.images ?? imageList(),
    nodeInfo: old?.nodeInfo ? { ...old.nodeInfo, kubeletVersion: facts.kubeletVersion } : nodeInfo(facts),
    runtimeHandlers: old?.runtimeHandlers ?? [
      { features: { recursiveReadOnlyMounts: true, userNamespaces: false }, name: '' },
      { features: { recursiveReadOnlyMounts: true, userNamespaces: false }, name: 'runc' },
    ],
  };
}

function nodeInfo({ machineId, kubeletVersion }: NodeFacts): NodeStatus['nodeInfo'] {
  const uuid = machineId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  return {
    architecture: 'amd64',
    bootID: uuid,
    containerRuntimeVersion: 'containerd://2.2.1',
    kernelVersion: '6.12.63',
    kubeProxyVersion: '',
    kubeletVersion,
    machineID: machineId,
    operatingSystem: 'linux',
    osImage: 'Debian GNU/Linux 12 (bookworm)',
    swap: { capacity: 0 },
    systemUUID: machineId,
  };
}

function imageList(): NodeStatus['images'] {
  return images
    .flatMap((image) =>
      image.tags.map((tag) => ({
        names: [`${image.repository}@${digestOf(image, tag)}`, `${image.repository}:${tag}`],
        sizeBytes: image.size,
      })),
    )
    .sort((a, b) => b.sizeBytes - a.sizeBytes)
    .slice(0, MOST_IMAGES);
}

function conditions({ now, problem }: NodeFacts, old: readonly NodeCondition[]): NodeCondition[] {
  const own: Omit<NodeCondition, 'lastHeartbeatTime' | 'lastTransitionTime'>[] = [
    {
      type: 'MemoryPressure',
      status: 'False',
      reason: 'KubeletHasSufficientMemory',
      message: 'kubelet has sufficient memory available',
    },
    {
      type: 'DiskPressure',
      status: 'False',
      reason: 'KubeletHasNoDiskPressure',
      message: 'kubelet has no disk pressure',
    },
    {
      type: 'PIDPressure',
      status: 'False',
      reason: 'KubeletHasSufficientPID',
      message: 'kubelet has sufficient PID available',
    },
    problem === undefined
      ? { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
      : { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: problem },
  ];
  const time = formatTime(now);
  const made = own.map((c): NodeCondition => {
    const before = old.find((o) => o.type === c.type);
    return {
      lastHeartbeatTime: time,
      lastTransitionTime: before?.status === c.status ? (before.lastTransitionTime ?? time) : time,
      message: c.message,
      reason: c.reason,
      status: c.status,
      type: c.type,
    };
  });
  return [...old.filter((o) => !own.some((c) => c.type === o.type)), ...made];
}
