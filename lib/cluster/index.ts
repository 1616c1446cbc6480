/**
 * A Kubernetes cluster in a box: the only door to lib/cluster. It knows nothing of exams, users or pages.
 */
export type { Cluster, ClusterNode, ClusterOptions, ToolCall, ToolResult } from './cluster.ts';
export { createCluster, profileNames } from './cluster.ts';
export { PkiPool, type PkiSource } from './pki-pool.ts';
export { resourceOfKind } from './resource-of-kind.ts';
export type { Client } from './client/client.ts';
export type { ByteDuplex } from './machinery/kubelet-api.ts';
