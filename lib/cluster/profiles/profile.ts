import type { KubeObject } from '../machinery/object.ts';

/** A machine of a profile. */
export interface ProfileNode {
  name: string;
  ip: string;
  controlPlane: boolean;
  podCidr: string;
}

/** An object of a profile's ready state, with the placeholders of `stamp.ts` where each cluster has its own value. */
export interface ProfileObject {
  /** Plural, with its group: `deployments.apps`. */
  resource: string;
  object: KubeObject;
}

/** What a cluster looks like when it is ready: `kubeadm init`, `kubeadm join` and the addons have run. */
export interface Profile {
  name: string;
  nodes: readonly ProfileNode[];
  serviceCidr: string;
  /** Lazy: the objects are built once for each process. */
  objects(): readonly ProfileObject[];
  /** Files that a node has beyond those of any freshly installed one: absolute path → text. */
  files(node: string): Readonly<Record<string, string>>;
}
