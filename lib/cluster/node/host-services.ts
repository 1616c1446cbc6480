import { serveHttp } from '../network/http-server.ts';
import type { HostNetwork } from '../network/network.ts';
import type { Units } from './units.ts';

/** What listens on a node outside of any container: the kubelet's ports. */
export function startHostServices(host: HostNetwork, units: Units): { stop(): void } {
  const health = serveHttp(host, {
    port: 10_248,
    address: '127.0.0.1',
    handler: ({ target }) => {
      if (!units.kubelet) return { status: 503, body: '' };
      return target.startsWith('/healthz')
        ? { status: 200, body: 'ok' }
        : { status: 404, body: '404 page not found\n' };
    },
  });
  const api = serveHttp(host, {
    port: 10_250,
    tls: () => units.kubelet?.endpoint.identity(),
    handler: (request) => units.kubelet?.endpoint.answer(request) ?? { status: 503, body: '' },
  });
  return {
    stop() {
      health.close();
      api.close();
    },
  };
}
