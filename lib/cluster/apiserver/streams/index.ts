import type { Edge, ResourceRequest } from '../handle.ts';
import type { ResourcePath } from '../request-path.ts';

/** Answers a request whose answer is no object: a log, a proxied page. */
export type RawHandler = (edge: Edge, found: ResourceRequest, headers: Headers) => Promise<Response>;

const HANDLERS: Readonly<Record<string, RawHandler>> = {};

/** The handler of a subresource whose answer is no object, or undefined for all others. */
export function rawSubresource(path: ResourcePath): RawHandler | undefined {
  return path.group === '' && path.version === 'v1' ? HANDLERS[`${path.resource}/${path.subresource}`] : undefined;
}
