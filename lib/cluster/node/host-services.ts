import { serveHttp } from '../network/http-server.ts';
import type { HostNetwork } from '../network/network.ts';
import type { Kubelet } from './kubelet/kubelet.ts';

/** Opens a kubelet's own ports on its node: its health on loopback, its HTTPS server. Throws a NetError when one is taken. */
export function serveKubelet(host: HostNetwork, kubelet: Kubelet): { close(): void } {
  const { healthzPort, port } = kubelet.options.config;
  const health = serveHttp(host, {
    port: healthzPort,
    address: '127.0.0.1',
    handler: ({ target }) =>
      target.startsWith('/healthz') ? { status: 200, body: 'ok' } : { status: 404, body: '404 page not found\n' },
  });
  const api = serveHttp(host, {
    port,
    tls: () => kubelet.endpoint.identity(),
    handler: (request) => kubelet.endpoint.answer(request),
  });
  return {
    close() {
      health.close();
      api.close();
    },
  };
}
