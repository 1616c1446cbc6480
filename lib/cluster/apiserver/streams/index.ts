import { badRequest } from '../../machinery/status-error.ts';
import type { Edge, ResourceRequest } from '../handle.ts';
import type { ResourcePath } from '../request-path.ts';
import { log } from './log.ts';
import { nodeProxy, podProxy, serviceProxy } from './proxy.ts';

/** Answers a request whose answer is no object: a log, a proxied page. */
export type RawHandler = (edge: Edge, found: ResourceRequest, headers: Headers) => Promise<Response>;

/** Streams both ways come as upgrades of the connection: see upgrade.ts. */
const upgradeOnly: RawHandler = () => Promise.reject(badRequest('Upgrade request required'));

const HANDLERS: Readonly<Record<string, RawHandler>> = {
  'pods/log': log,
  'pods/exec': upgradeOnly,
  'pods/attach': upgradeOnly,
  'pods/portforward': upgradeOnly,
  'pods/proxy': podProxy,
  'services/proxy': serviceProxy,
  'nodes/proxy': nodeProxy,
};

/** The handler of a subresource whose answer is no object, or undefined for all others. */
export function rawSubresource(path: ResourcePath): RawHandler | undefined {
  return path.group === '' && path.version === 'v1' ? HANDLERS[`${path.resource}/${path.subresource}`] : undefined;
}
