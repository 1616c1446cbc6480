import type { Tls } from '../network/tls.ts';
import type { EtcdDatabase } from './etcd-database.ts';

/** The programs of the control plane, which are containers on a control-plane node but run outside of lib/cluster/node. */
export type ComponentName = 'etcd' | 'kube-apiserver' | 'kube-scheduler' | 'kube-controller-manager';

/** What a component is started with. */
export interface ComponentContext {
  /** The node it runs on. */
  node: string;
  /** Whether it is on the node's own network, where the cluster's other components look for it. */
  onHost: boolean;
  /** The command line without the program: `['--bind-address=127.0.0.1', …]`. All flags are known to exist. */
  args: readonly string[];
  /** The same, parsed: name without dashes → value ('true' for a bare flag); the last of a repeated flag wins. */
  flags: ReadonlyMap<string, string>;
  /** A file as the container sees it (its volume mounts lead to the node's disk); undefined when there is none. */
  readFile(path: string): Uint8Array | undefined;
  /** The file's path on the host that holds the node's disk, for components that keep their data there; undefined when not mounted. */
  hostPath(path: string): string | undefined;
  /** Writes a file as the container would, its directories made (0700) where they are missing. */
  writeFile(path: string, data: string, mode: number): void;
  /** The same, at the file's end. Throws an error with a `code` (EROFS, ENOSPC …) when the file cannot be written. */
  appendFile(path: string, data: string, mode: number): void;
  /** Writes a line to the container's log (stderr). */
  log(line: string): void;
  /** The component ends by itself: the container exits with this status. */
  exited(code: number): void;
}

export interface ComponentHandle {
  /** Ends it (the container gets SIGTERM or SIGKILL). `exited` is not called any more. */
  stop(): void;
  /** Whether its health endpoints answer well; probes ask. */
  healthy(path: string): boolean;
  /** What it shows on its secure port when no flag names a certificate. */
  tls?: Tls;
}

/** Runs control-plane components. Implemented by cluster.ts. */
export interface ControlPlane {
  start(component: ComponentName, context: ComponentContext): ComponentHandle;
  /** The database, as a client of etcd reaches it. */
  etcd(): EtcdDatabase;
}
