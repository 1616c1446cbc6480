import type { RequestedResource } from './access-question.ts';
import type { JsonObject, KubeObject } from './object.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/**
 * One request for a resource, parsed: what the HTTP edge makes of a URL and a body, and what components inside the cluster
 * send directly. The pipeline (authorization, admission, validation, storage) is the same for both.
 */
export interface ApiRequest extends RequestedResource {
  verb: Verb;
  /** The object of a create or update, the options object of a delete, the patch of a patch (any JSON value then). */
  body?: unknown;
  patchType?: PatchType;
  options?: RequestOptions;
}

/** The query parameters, by their upstream names. */
export interface RequestOptions {
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
  resourceVersion?: string;
  resourceVersionMatch?: string;
  timeoutSeconds?: number;
  allowWatchBookmarks?: boolean;
  sendInitialEvents?: boolean;
  dryRun?: readonly string[];
  fieldManager?: string;
  fieldValidation?: string;
  force?: boolean;
  gracePeriodSeconds?: number;
  propagationPolicy?: string;
  orphanDependents?: boolean;
  preconditions?: { uid?: string; resourceVersion?: string };
}

/** What a request that is no watch answers. `object` is an object, a list or a Status; frozen when it is a stored one. */
export interface ApiResult {
  code: number;
  object: JsonObject;
  warnings: string[];
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubeObject & JsonObject;
}

/** A running watch. `onEnd` of the caller runs once, also after `stop`. */
export interface WatchHandle {
  stop(): void;
}
