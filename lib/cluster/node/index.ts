export type { ComponentContext, ComponentHandle, ComponentName, ControlPlane } from './control-plane.ts';
export type { EtcdDatabase } from './etcd-database.ts';
export { installHost } from './installed-host.ts';
export { NewDisk } from './new-disk.ts';
export type { NodeOptions, NodeToolCall, SimulatedNode } from './node.ts';
export { startNode } from './start-node.ts';
