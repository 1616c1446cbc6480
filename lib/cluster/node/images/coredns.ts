import { createClient, createInformerFactory } from '../../client/index.ts';
import { serveDns } from '../../network/dns.ts';
import { listenHttp } from '../runtime/programs/listen.ts';
import type { Program } from '../runtime/process.ts';
import { Corefile, CorefileError } from './coredns/corefile.ts';
import { DnsServer } from './coredns/server.ts';
import { defineImage } from './image.ts';

const SECRETS = '/var/run/secrets/kubernetes.io/serviceaccount';

const program: Program = async (p, args) => {
  const path = args[args.indexOf('-conf') + 1] ?? 'Corefile';
  let config: Corefile;
  const load = () => new Corefile(p.fs.exists(path) ? p.fs.readText(path) : '.:53 {\n whoami\n}\n');
  try {
    config = load();
  } catch (err) {
    if (!(err instanceof CorefileError)) throw err;
    await p.warn(`${path}:${err.line} - Error during parsing: ${err.message}\n`);
    return 1;
  }
  const { node, clock } = p.world;
  const read = (name: string) => (p.fs.exists(`${SECRETS}/${name}`) ? p.fs.readText(`${SECRETS}/${name}`) : undefined);
  const server = `https://${p.env.get('KUBERNETES_SERVICE_HOST') ?? '10.96.0.1'}:${p.env.get('KUBERNETES_SERVICE_PORT') ?? '443'}`;
  const transport = node.connect({ server, certificateAuthority: read('ca.crt'), token: read('token') });
  const informers = createInformerFactory(createClient(transport, 'coredns'), { clock, activity: node.activity });
  p.signal.addEventListener('abort', () => informers.stop());
  const dns = new DnsServer(config, informers, p.world.net, {
    readFile: (file) => (p.fs.exists(file) ? p.fs.readText(file) : undefined),
    log: (line) => void p.stdout.write(`${line}\n`),
  });
  let ready = false;
  void informers.whenSynced().then(() => (ready = true));
  const listener = serveDns(p.world.net, config.port, (question, client) => dns.answer(question, client));
  p.signal.addEventListener('abort', () => listener.close());
  if (config.has('health')) listenHttp(p, { port: 8080, handler: () => ({ status: 200, body: 'OK' }) });
  if (config.has('ready'))
    listenHttp(p, {
      port: 8181,
      handler: () => (ready ? { status: 200, body: 'OK' } : { status: 503, body: 'kubernetes' }),
    });
  if (config.has('prometheus'))
    listenHttp(p, {
      port: 9153,
      handler: () => ({ status: 200, body: '# HELP coredns_build_info A metric with a constant 1 value.\n' }),
    });
  await p.print(
    `.:${config.port}\n[INFO] plugin/reload: Running configuration SHA512 = ${config.digest}\nCoreDNS-1.14.2\nlinux/amd64, go1.25.7\n`,
  );
  for (const signal of ['TERM', 'INT'] as const) p.on(signal, () => p.end({ code: 0 }));
  while (config.has('reload')) {
    await p.sleep(30_000);
    try {
      const next = load();
      if (next.digest === config.digest) continue;
      await p.print(
        `[INFO] Reloading\n[INFO] plugin/reload: Running configuration SHA512 = ${next.digest}\n[INFO] Reloading complete\n`,
      );
      config = next;
      dns.configure(next);
    } catch (err) {
      if (!(err instanceof CorefileError)) throw err;
      await p.print(
        `[ERROR] Restart failed: ${path}:${err.line} - Error during parsing: ${err.message}\n[ERROR] plugin/reload: Corefile changed but reload failed: starting with listener file descriptors: ${path}:${err.line} - Error during parsing: ${err.message}\n`,
      );
    }
  }
  return p.forever();
};

export const coredns = defineImage({
  repository: 'registry.k8s.io/coredns/coredns',
  tags: ['v1.14.2', 'v1.13.1', 'v1.12.1', 'v1.12.0', 'v1.11.3'],
  size: 54_803_461,
  entrypoint: ['/coredns'],
  programs: new Map([['/coredns', program]]),
  usage: { memory: 14_000_000, cpu: 2_000_000 },
});
