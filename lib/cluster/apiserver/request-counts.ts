import type { ApiRequest } from '../machinery/api-request.ts';

/** Verbs as the metrics name them: by the HTTP method where there is one. */
const VERBS: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT' };

function labelsOf({ verb, group, version, resource, subresource = '', namespace, name, ...rest }: ApiRequest) {
  return {
    component: 'apiserver',
    dry_run: rest.options?.dryRun?.join(',') ?? '',
    group,
    resource,
    scope: name || verb === 'create' ? 'resource' : namespace ? 'namespace' : 'cluster',
    subresource,
    verb: rest.patchType === 'apply' ? 'APPLY' : (VERBS[verb] ?? verb.toUpperCase()),
    version,
  };
}

/** Counts the requests for resources, for `/metrics`. */
export class RequestCounts {
  readonly #counts = new Map<string, number>();
  /** One request for each resource or subresource that was ever asked for. */
  readonly #kinds = new Map<string, ApiRequest>();

  add(request: ApiRequest, code: number): void {
    const { group, version, resource, subresource = '', verb } = request;
    const kind = `${group}/${version}/${resource}/${subresource}`;
    if (!this.#kinds.has(kind)) this.#kinds.set(kind, { group, version, resource, subresource, verb });
    const labels = Object.entries({ code: String(code), ...labelsOf(request) });
    const key = labels.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',');
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Which resources were asked for, each once. */
  kinds(): Iterable<ApiRequest> {
    return this.#kinds.values();
  }

  /** The counts by their labels, as the text format writes them. */
  entries(): [labels: string, count: number][] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
