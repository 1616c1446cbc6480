/** The resource that a request or a question about one's rights is about. */
export interface RequestedResource {
  group: string;
  version: string;
  /** Plural: `pods`. */
  resource: string;
  subresource?: string;
  /** Absent for cluster-scoped resources and for requests across all namespaces. */
  namespace?: string;
  name?: string;
}

/** What somebody may or may not do: a verb on a resource, or on a path. */
export type AccessQuestion = { verb: string; path: string } | ({ verb: string } & RequestedResource);
