import { createClient, createInformerFactory, type Informer } from '../../client/index.ts';
import { endpointslices, services } from '../../schema/generated/resources.ts';
import type { EndpointSlice, Service } from '../../schema/generated/types.ts';
import { listenHttp } from '../runtime/programs/listen.ts';
import type { Process, Program } from '../runtime/process.ts';
import { parse } from 'yaml';
import { ServiceRules } from '../../network/service-rules.ts';
import { ConfigError, parseFlags, readKubeconfig } from '../kubelet/config.ts';
import { isJsonObject } from '../../machinery/object.ts';
import { defineImage } from './image.ts';
import { kubeProxyPages } from './pages/kube-proxy.ts';

/** Rules that a Service takes, roughly. */
const RULES_EACH = 6;

const SERVICE_NAME = 'kubernetes.io/service-name';

/** Its configuration, and how it reaches the API server: the kubeconfig that it names, with the pod's own token. */
function setUp(p: Process, args: readonly string[]) {
  const read = (path: string) => (p.fs.exists(path) ? p.fs.readText(path) : undefined);
  const path = parseFlags(args).get('config');
  const text = path === undefined ? undefined : read(path);
  if (text === undefined) throw new ConfigError(`failed complete: open ${path}: no such file or directory`);
  const parsed: unknown = parse(text);
  const config = isJsonObject(parsed) ? parsed : {};
  const connection = isJsonObject(config.clientConnection) ? config.clientConnection.kubeconfig : undefined;
  const kubeconfig = typeof connection === 'string' ? read(connection) : undefined;
  if (kubeconfig === undefined)
    throw new ConfigError(`failed complete: stat ${String(connection)}: no such file or directory`);
  return { config, transport: p.world.node.connect(readKubeconfig(kubeconfig, read)) };
}

const program: Program = async (p, args) => {
  const { node, clock, random } = p.world;
  let found;
  try {
    found = setUp(p, args);
  } catch (err) {
    if (!(err instanceof ConfigError)) throw err;
    await p.warn(`E run.go:72] "command failed" err=${JSON.stringify(err.message)}\n`);
    return 1;
  }
  const informers = createInformerFactory(createClient(found.transport, 'kube-proxy'), {
    clock,
    activity: node.activity,
  });
  p.signal.addEventListener('abort', () => informers.stop());
  const slices: Informer<EndpointSlice> = informers.informer(endpointslices);
  const all: Informer<Service> = informers.informer(services);
  slices.addIndex('service', (slice) => [`${slice.metadata.namespace}/${slice.metadata.labels?.[SERVICE_NAME] ?? ''}`]);
  // A restarted proxy writes all of its rules anew; until it has seen everything the old ones stay.
  const rules = new ServiceRules({ node: node.name, clock, random });
  await p.warn('"Using iptables Proxier"\n');
  void informers.whenSynced().then(() => {
    // One in a network of its own writes its rules where nothing passes.
    if (p.alive && p.world.net === node.hostNetwork) node.hostNetwork.rules = rules;
  });
  const sync = (namespace: string, name: string) =>
    rules.set(`${namespace}/${name}`, all.get(namespace, name), slices.byIndex('service', `${namespace}/${name}`));
  const serviceChanged = ({ metadata }: Service) => sync(metadata.namespace ?? '', metadata.name);
  const sliceChanged = ({ metadata }: EndpointSlice) =>
    sync(metadata.namespace ?? '', metadata.labels?.[SERVICE_NAME] ?? '');
  all.onEvent({ add: serviceChanged, update: serviceChanged, delete: serviceChanged });
  slices.onEvent({ add: sliceChanged, update: sliceChanged, delete: sliceChanged });
  let lastUpdated = clock.now();
  const touched = () => (lastUpdated = clock.now());
  slices.onEvent({ add: touched, update: touched, delete: touched });
  const state = () => ({ now: clock.now(), lastUpdated, rules: all.list().length * RULES_EACH });
  for (const page of kubeProxyPages(found.config, state)) {
    try {
      listenHttp(p, page);
    } catch {
      // The port is taken: it goes on without that page.
    }
  }
  for (const signal of ['TERM', 'INT'] as const) p.on(signal, () => p.end({ code: 0 }));
  return p.forever();
};

export const kubeProxy = defineImage({
  repository: 'registry.k8s.io/kube-proxy',
  tags: ['v1.36.3', 'v1.36.2', 'v1.36.1', 'v1.36.0', 'v1.35.0', 'v1.37.0'],
  size: 33_304_400,
  programs: new Map([['/usr/local/bin/kube-proxy', program]]),
  usage: { memory: 25_000_000, cpu: 800_000 },
});
