import type { Timer } from '../kit/clock.ts';
import type { Etcd } from './etcd.ts';
import { startFault } from './kube-apiserver-faults.ts';
import { startKubeApiServer, type ApiServerEnvironment } from './kube-apiserver.ts';
import { klog } from './machinery/klog.ts';
import type { ComponentContext, ComponentHandle } from './node/index.ts';
import { KUBERNETES_VERSION } from './schema/version.ts';

/** How long an API server waits for its etcd before it ends. */
const PATIENCE = 20_000;
/** A container's program is the first process of its container. */
const PID = 1;

/**
 * A kube-apiserver with its etcd: it serves while one of `--etcd-servers` answers, and ends when none does for 20 seconds.
 * `onServing` is called whenever it has begun to serve.
 */
export function runApiServer(
  context: ComponentContext,
  env: ApiServerEnvironment & { etcd: Etcd; onServing(this: void): void },
): ComponentHandle {
  const { flags } = context;
  const { etcd, clock, onServing } = env;
  const servers = (flags.get('etcd-servers') ?? '').split(',').filter(Boolean);
  const text = (path: string) => {
    const bytes = context.readFile(path);
    return bytes && Buffer.from(bytes).toString();
  };
  const authority = text(flags.get('etcd-cafile') ?? '');
  let serving: ComponentHandle | undefined;
  let patience: Timer | undefined;

  const giveUp = (): void => {
    unsubscribe();
    for (const line of lastWords(servers[0] ?? '', etcd.refusal(servers, authority) ?? '', flags)) {
      context.log(klog(line, clock.now(), PID));
    }
    context.exited(1);
  };
  const follow = (): void => {
    if (etcd.refusal(servers, authority) !== undefined) {
      serving?.stop();
      serving = undefined;
      patience ??= clock.after(PATIENCE, giveUp);
      return;
    }
    patience?.cancel();
    patience = undefined;
    serving ??= startKubeApiServer(context, env);
    onServing();
  };
  const unsubscribe = etcd.onChange(follow);
  if (startFault(flags, (path) => context.readFile(path))) {
    unsubscribe();
    serving = startKubeApiServer(context, env);
  } else {
    follow();
  }
  return {
    stop() {
      unsubscribe();
      patience?.cancel();
      serving?.stop();
    },
    healthy: (path) => serving?.healthy(path) ?? false,
  };
}

function lastWords(server: string, refusal: string, flags: ReadonlyMap<string, string>): string[] {
  const address = server.replace(/^\w+:\/\//, '');
  const attempt = `{Addr: "${address}", ServerName: "${address}", }. Err: connection error: desc = ${JSON.stringify(refusal)}`;
  return [
    `I options.go:263] external host was not specified, using ${flags.get('advertise-address') ?? '127.0.0.1'}`,
    `I server.go:150] Version: ${KUBERNETES_VERSION}`,
    'I server.go:152] "Golang settings" GOGC="" GOMAXPROCS="" GOTRACEBACK=""',
    `W logging.go:55] [core] [Channel #2 SubChannel #5] grpc: addrConn.createTransport failed to connect to ${attempt}`,
    'I shared_informer.go:381] "Waiting for caches to sync" controller="node_authorizer"',
    'E options.go:205] The manifest file is empty, ignoring.',
    `W logging.go:55] [core] [Channel #7 SubChannel #9] grpc: addrConn.createTransport failed to connect to ${attempt}`,
    'E run.go:72] "command failed" err="error creating storage factory: context deadline exceeded"',
  ];
}
