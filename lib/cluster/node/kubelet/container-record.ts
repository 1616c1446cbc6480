import type { Container as ContainerSpec } from '../../schema/generated/types.ts';
import type { Container } from '../runtime/container.ts';
import type { LayerFile } from './layer-file.ts';
import type { PodLog } from './pod-log.ts';

export interface Terminated {
  id: string;
  exitCode: number;
  reason: string;
  message?: string;
  startedAt: number;
  finishedAt: number;
}

export type Role = 'init' | 'sidecar' | 'app' | 'ephemeral';

/** What the kubelet knows about one container of a pod, over its restarts. */
export interface ContainerRecord {
  spec: ContainerSpec;
  role: Role;
  state: 'waiting' | 'running' | 'terminated';
  /** Why it waits; the reason of a container that nobody has touched yet is left to the status. */
  waiting?: { reason: string; message?: string };
  /** The runtime's id of the last container, without scheme. */
  id?: string;
  image?: string;
  imageId?: string;
  startedAt: number;
  terminated?: Terminated;
  /** How the container before the last one ended. */
  last?: Terminated;
  restarts: number;
  /** Its startup probe has succeeded (or there is none) and its postStart hook has run. */
  started: boolean;
  ready: boolean;
  live?: Container;
  log?: PodLog;
  /** What people have changed in its files. */
  layer?: LayerFile;
  /** No restart before this time. */
  backOffUntil: number;
  backOff: number;
  /** Being killed, for this reason: it counts as failed and is started again. */
  killing: boolean;
  /** Identity of the running user, as its status shows. */
  user?: { uid: number; gid: number; supplementalGroups: number[] };
  /** Its image cannot be had: when to pull again, and how long the next wait is. */
  pullBackOffUntil: number;
  pullBackOff: number;
  pullError?: { reason: string; message: string };
  /** What it lacks is looked for again at this time. */
  retryAt: number;
  /** Stops its probes. */
  stopProbes?: () => void;
}

export function newRecord(spec: ContainerSpec, role: Role): ContainerRecord {
  return {
    spec,
    role,
    state: 'waiting',
    startedAt: 0,
    restarts: 0,
    started: false,
    ready: false,
    backOffUntil: 0,
    backOff: 0,
    killing: false,
    pullBackOffUntil: 0,
    pullBackOff: 0,
    retryAt: 0,
  };
}

/** Where the container stands in its pod's spec, as events say it. */
export function fieldPath(r: ContainerRecord): string {
  const list = r.role === 'ephemeral' ? 'ephemeralContainers' : r.role === 'app' ? 'containers' : 'initContainers';
  return `spec.${list}{${r.spec.name}}`;
}
