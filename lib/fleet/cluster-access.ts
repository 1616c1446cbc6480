/** Any Kubernetes object as JSON. */
export type KubeJson = Readonly<Record<string, unknown>>;

/** Names one object; `namespace` is absent for cluster-scoped kinds. */
export interface ObjectRef {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
}

/** Names a list; without `namespace` that of all namespaces. */
export interface ListRef {
  apiVersion: string;
  kind: string;
  namespace?: string;
  labelSelector?: string;
}

export interface CommandResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/**
 * What preparing and grading may do with one running cluster. All methods reject with an Error whose message can be shown
 * when the API server does not answer; that an object or file is not there is an answer, not an error.
 */
export interface ClusterAccess {
  readonly nodes: readonly string[];
  get(ref: ObjectRef): Promise<KubeJson | undefined>;
  /** Empty when the cluster does not know the kind. */
  list(ref: ListRef): Promise<KubeJson[]>;
  /** Creates the object, or replaces what is there under its name; resolves with what the server answered. */
  put(object: KubeJson): Promise<KubeJson>;
  /** POSTs an object that is not stored, such as a SubjectAccessReview; resolves with the server's answer. */
  ask(object: KubeJson): Promise<KubeJson>;
  /** A file of a node's disk; undefined when absent or not a regular file of at most 1 MiB. Never leaves the disk. */
  readFile(node: string, path: string): Promise<string | undefined>;
  writeFile(node: string, path: string, content: Uint8Array, mode: number): Promise<void>;
  /** Runs a bash script in the candidate's sandbox on `host`; output beyond 1 MiB is cut; killed after `timeoutMs` (exit code 124). */
  run(host: string, script: string, options: { user: string; timeoutMs: number }): Promise<CommandResult>;
  /** Resolves when no component has anything left to do until time passes. */
  settle(): Promise<void>;
  /** Resolves after `ms` of the cluster's own time. */
  pause(ms: number): Promise<void>;
}
