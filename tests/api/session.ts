import type { ApiServer } from '../../lib/cluster/apiserver/index.ts';
import type { JsonObject, KubeObject } from '../../lib/cluster/machinery/object.ts';
import type { Resource } from '../../lib/cluster/machinery/resource.ts';
import { MvccStore } from '../../lib/cluster/store/mvcc.ts';
import { ManualClock } from '../../lib/kit/clock.ts';
import { standaloneServer } from './api-server.ts';
import { pathOf } from './samples.ts';

export type Stored = JsonObject & KubeObject;

export interface Answer {
  code: number;
  object: Stored;
}

const TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

export type PatchKind = keyof typeof TYPES;

/** An API server of its own, and a client that may do all. Requests go through `handle`, as from a socket. */
export class Session {
  readonly clock = new ManualClock();
  readonly server: ApiServer = standaloneServer(new MvccStore(), this.clock);

  /** A server with the namespace that samples are in. */
  static async start(): Promise<Session> {
    const session = new Session();
    await session.send('POST', '/api/v1/namespaces', { metadata: { name: 'default' } });
    await session.send('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
    return session;
  }

  create(resource: Resource, object: unknown, query = ''): Promise<Answer> {
    return this.send('POST', `${pathOf(resource)}${query}`, object);
  }

  patch(kind: PatchKind, resource: Resource, name: string, body: unknown): Promise<Answer> {
    const query = kind === 'apply' ? '?fieldManager=tester' : '';
    return this.send('PATCH', `${pathOf(resource, name)}${query}`, body, TYPES[kind]);
  }

  /** Deletes at once, whatever holds the object. */
  async remove(resource: Resource, name: string): Promise<void> {
    const path = pathOf(resource, name);
    await this.send('DELETE', `${path}?gracePeriodSeconds=0`);
    await this.send('PATCH', path, { metadata: { finalizers: null } }, TYPES.merge);
  }

  async send(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Answer> {
    const response = await this.raw(method, path, body, type);
    return { code: response.status, object: (await response.json()) as Stored };
  }

  raw(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Response> {
    const request = new Request(`https://localhost${path}`, {
      method,
      headers: { authorization: 'Bearer admin', 'content-type': type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return this.server.handle(request, {});
  }
}
