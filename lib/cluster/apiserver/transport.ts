import type { ApiRequest, ApiResult } from '../machinery/api-request.ts';
import { statusOf } from '../machinery/status-error.ts';
import type { UserInfo } from '../machinery/user.ts';
import { managerOfUser } from './field-managers.ts';
import type { Core } from './core.ts';
import type { ApiTransport } from './options.ts';
import { execute, mustBeAllowed, startWatch } from './pipeline.ts';

/** What a client finds when no server listens: the same code as a socket's. */
export function connectionRefused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED: the API server is not running'), { code: 'ECONNREFUSED' });
}

/** A copy of a JSON value that the request owns; members without a value are left out, as JSON has none. */
function ownCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((v: unknown) => ownCopy(v)) as T;
  const copy: Record<string, unknown> = {};
  for (const [key, v] of Object.entries(value)) if (v !== undefined) copy[key] = ownCopy(v);
  return copy as T;
}

/** Ends what runs when the server closes. */
export interface Lifetime {
  readonly closed: boolean;
  /** Registers what ends at the server's end; returns what takes it off again. */
  onClose(end: () => void): () => void;
}

/** In-process requests of one identity: the same pipeline as HTTP's, without serialisation. */
export function transportOf(core: Core, user: UserInfo, lifetime: Lifetime): ApiTransport {
  const manager = managerOfUser(user);
  const carryOut = (request: ApiRequest): Promise<ApiResult> => {
    mustBeAllowed(core, user, request);
    if (request.body === undefined) return execute(core, user, request);
    const options = { fieldManager: manager, ...request.options };
    return core.activity.track(execute(core, user, { ...request, options, body: ownCopy(request.body) }));
  };
  return {
    async call(request) {
      if (lifetime.closed) throw connectionRefused();
      try {
        const result = await carryOut(request);
        core.requests.add(request, result.code);
        return result;
      } catch (err) {
        core.requests.add(request, statusOf(err)?.code ?? 500);
        throw err;
      }
    },
    async watch(request, onEvent, onEnd) {
      if (lifetime.closed) throw connectionRefused();
      mustBeAllowed(core, user, { ...request, verb: 'watch' });
      core.requests.add({ ...request, verb: 'watch' }, 200);
      let ended = false;
      const running = startWatch(core, user, { ...request, verb: 'watch' }, (event) => {
        if (!ended) onEvent(event);
      });
      const end = (error?: unknown) => {
        if (ended) return;
        ended = true;
        running.stop();
        forget();
        timer?.cancel();
        onEnd(error);
      };
      const forget = lifetime.onClose(() => end(connectionRefused()));
      const { timeoutSeconds } = request.options ?? {};
      const timer = timeoutSeconds ? core.clock.after(timeoutSeconds * 1000, () => end()) : undefined;
      return { stop: () => end() };
    },
  };
}
