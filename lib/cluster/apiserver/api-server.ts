import type { UserInfo } from '../machinery/user.ts';
import { admissionChain } from './admission-chain.ts';
import { followApiServices } from './api-services.ts';
import type { Core } from './core.ts';
import { followCustomApiServices } from './custom-api-services.ts';
import { followCustomResources } from './custom-resources.ts';
import { followFlowSchemas } from './flow-schemas.ts';
import { auditedHandler } from './audit/audited-handler.ts';
import { auditedTransport } from './audit/audited-transport.ts';
import { Auditor } from './audit/auditor.ts';
import { createHandler } from './handle.ts';
import { listenOn } from './listener.ts';
import type { ApiServer, ApiServerOptions } from './options.ts';
import { Registry } from './registry.ts';
import { RequestCounts } from './request-counts.ts';
import type { Lifetime } from './transport.ts';
import { createUpgradeHandler } from './streams/upgrade.ts';
import { transportOf } from './transport.ts';

/** Who the API server is to itself (upstream: the loopback client). */
const SELF: UserInfo = { username: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };

/** How often the store's history is cut, and how much of it stays (upstream compacts etcd every five minutes). */
const COMPACTION_MS = 5 * 60_000;

class ServerLifetime implements Lifetime {
  closed = false;
  readonly #ends = new Set<() => void>();

  onClose(end: () => void): () => void {
    this.#ends.add(end);
    return () => this.#ends.delete(end);
  }

  close(): void {
    this.closed = true;
    const ends = [...this.#ends];
    this.#ends.clear();
    for (const end of ends) end();
  }
}

/** Forgets history that is older than five to ten minutes. Returns what stops it. */
function startCompaction({ store, clock }: Core): () => void {
  let last = store.revision;
  const tick = () => {
    store.compact(last);
    last = store.revision;
    timer = clock.after(COMPACTION_MS, tick);
  };
  let timer = clock.after(COMPACTION_MS, tick);
  return () => timer.cancel();
}

/** Starts an API server over a store: see ApiServer. It serves at once. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const lifetime = new ServerLifetime();
  const { store, clock, random, activity, authorizer, flags, authenticator, rules, tokens, kubelets } = options;
  const core: Core = {
    store,
    clock,
    random,
    activity,
    authorizer,
    flags,
    authenticator,
    rules,
    tokens,
    kubelets,
    impersonators: new Set(),
    requests: new RequestCounts(),
    registry: new Registry(options.kinds),
    admission: admissionChain(options.admission.plugins, () => admissionContext),
  };
  const admissionContext = options.admission.context(transportOf(core, SELF, lifetime));
  lifetime.onClose(startCompaction(core));
  lifetime.onClose(followCustomResources(core));
  lifetime.onClose(followApiServices(core));
  lifetime.onClose(followCustomApiServices(core));
  lifetime.onClose(followFlowSchemas(core));
  const edge = { core, options, lifetime };
  const auditor = options.audit && new Auditor({ ...options.audit, clock, random, authorizer });
  const handle = auditor ? auditedHandler(createHandler(edge), edge, auditor) : createHandler(edge);
  const upgrade = createUpgradeHandler(edge, auditor);
  const listening = new Set<{ close(): Promise<void> }>();
  return {
    transport(user) {
      const transport = transportOf(core, user, lifetime);
      return auditor ? auditedTransport(transport, user, auditor) : transport;
    },
    handle,
    async listen(at) {
      const listener = await listenOn(at, handle, upgrade);
      listening.add(listener);
      return {
        url: listener.url,
        async close() {
          listening.delete(listener);
          await listener.close();
        },
      };
    },
    async close() {
      lifetime.close();
      await Promise.all([...listening].map((l) => l.close()));
    },
  };
}
