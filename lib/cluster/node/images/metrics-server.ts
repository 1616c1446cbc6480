import { listenHttp } from '../runtime/programs/listen.ts';
import type { Program } from '../runtime/process.ts';
import { parseFlags } from '../kubelet/config.ts';
import { defineImage } from './image.ts';

const program: Program = (p, args) => {
  const port = Number(parseFlags(args).get('secure-port') ?? 10_250);
  listenHttp(p, {
    port,
    // Its own certificate is nobody's business but its clients', which do not verify it.
    tls: () => undefined,
    handler: ({ target }) =>
      /^\/(livez|readyz|healthz)/.test(target) ? { status: 200, body: 'ok' } : { status: 403, body: 'Forbidden' },
  });
  for (const signal of ['TERM', 'INT'] as const) p.on(signal, () => p.end({ code: 0 }));
  void p.stderr.write(`Serving securely on [::]:${port}\n`);
  return p.forever();
};

/** Answers its probes; the metrics API itself is served by the simulated API server. */
export const metricsServer = defineImage({
  repository: 'registry.k8s.io/metrics-server/metrics-server',
  tags: ['v0.8.1', 'v0.8.0', 'v0.7.2'],
  size: 32_219_559,
  entrypoint: ['/metrics-server'],
  user: { uid: 65534, gid: 65534 },
  programs: new Map([['/metrics-server', program]]),
  usage: { memory: 22_000_000, cpu: 4_000_000 },
});
