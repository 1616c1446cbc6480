/** The parameters of the API's operations by the names that the facts use; all but those in a path are query parameters. */
type Scalar = 'string' | 'integer' | 'boolean';

const IN_PATH = new Set(['name', 'namespace', 'path']);

const TYPES: Readonly<Record<string, Scalar>> = {
  allowWatchBookmarks: 'boolean',
  follow: 'boolean',
  force: 'boolean',
  gracePeriodSeconds: 'integer',
  ignoreStoreReadErrorWithClusterBreakingPotential: 'boolean',
  insecureSkipTLSVerifyBackend: 'boolean',
  limit: 'integer',
  limitBytes: 'integer',
  orphanDependents: 'boolean',
  ports: 'integer',
  previous: 'boolean',
  sendInitialEvents: 'boolean',
  sinceSeconds: 'integer',
  stderr: 'boolean',
  stdin: 'boolean',
  stdout: 'boolean',
  tailLines: 'integer',
  timeoutSeconds: 'integer',
  timestamps: 'boolean',
  tty: 'boolean',
  watch: 'boolean',
};

export interface Parameter {
  name: string;
  in: 'path' | 'query';
  required?: true;
  schema: { type: Scalar; uniqueItems: true };
}

/** One parameter in full; `inPath` says whether the path has a placeholder of that name. */
export function parameter(name: string, inPath: boolean): Parameter {
  return {
    name,
    in: inPath ? 'path' : 'query',
    ...(inPath ? { required: true } : {}),
    schema: { type: TYPES[name] ?? 'string', uniqueItems: true },
  };
}

/** Splits an operation's parameters into those of its path (shared by its methods) and its own. */
export function splitParameters(path: string, names: readonly string[]): { shared: Parameter[]; own: Parameter[] } {
  const once = [...new Set(names)];
  const isInPath = (name: string) => IN_PATH.has(name) && path.includes(`{${name}}`);
  const isShared = (name: string) => isInPath(name) || name === 'pretty';
  return {
    shared: once.filter(isShared).map((name) => parameter(name, isInPath(name))),
    own: once.filter((name) => !isShared(name)).map((name) => parameter(name, false)),
  };
}
