/** The fleet as the web process sees it. The worker's side is worker/index.ts. */
import { shared } from '../kit/shared.ts';
import type { Fleet } from './fleet.ts';

export type { ClusterAccess, CommandResult, KubeJson, ListRef, ObjectRef } from './cluster-access.ts';
export type { Fleet, OpenTask, TaskKey, TaskSpec, WorkerState } from './fleet.ts';
export { createLocalFleet } from './local-fleet.ts';

/** The process' one fleet. */
export const fleet = (): Fleet => shared<Fleet>('fleet');
