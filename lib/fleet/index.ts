/** The fleet as the web process sees it. The worker's side is worker/index.ts. */
export type { ClusterAccess, CommandResult, KubeJson, ListRef, ObjectRef } from './cluster-access.ts';
export type { Fleet, OpenTask, TaskKey, TaskSpec, WorkerState } from './fleet.ts';
