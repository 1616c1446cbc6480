import type { Activity } from '../kit/activity.ts';
import type { Clock } from '../kit/clock.ts';
import type { Random } from '../kit/random.ts';
import { Authenticator } from './access/authenticator.ts';
import { authorizationModes } from './access/modes.ts';
import { NodeAuthorizer } from './access/node-authorizer.ts';
import { RbacAuthorizer } from './access/rbac.ts';
import { DEFAULT_ISSUER, TokenIssuer } from './access/tokens.ts';
import { enabledPlugins } from './admission/index.ts';
import type { ApiDoor } from './api-door.ts';
import { createApiServer } from './apiserver/index.ts';
import { readAuditPolicy } from './apiserver/audit/policy.ts';
import type { ApiServerOptions, TokenOrder } from './apiserver/options.ts';
import { createClient } from './client/index.ts';
import { identityObjects, nodeGraph, rbacObjects, rulesFor } from './access-views.ts';
import { faultLines, startFault } from './kube-apiserver-faults.ts';
import { kinds } from './kinds/index.ts';
import { klog } from './machinery/klog.ts';
import type { ByteDuplex, KubeletLocator } from './machinery/kubelet-api.ts';
import type { ComponentContext, ComponentHandle } from './node/index.ts';
import { KUBERNETES_VERSION, VERSION_INFO } from './schema/version.ts';
import type { Store } from './store/kv.ts';

export interface ApiServerEnvironment {
  store: Store;
  door: ApiDoor;
  clock: Clock;
  random: Random;
  activity: Activity;
  kubelets: KubeletLocator;
  dial(host: string, port: number): Promise<ByteDuplex>;
}

/** A container's program is the first process of its container. */
const PID = 1;

const list = (value: string | undefined) => (value ? value.split(',').filter(Boolean) : []);

/** Starts the API server that a kube-apiserver container's flags describe, and opens the cluster's door with it. */
export function startKubeApiServer(context: ComponentContext, env: ApiServerEnvironment): ComponentHandle {
  const { flags } = context;
  const flag = (name: string, fallback: string) => flags.get(name) ?? fallback;
  const file = (name: string) => {
    const path = flags.get(name);
    const bytes = path === undefined ? undefined : context.readFile(path);
    return bytes && Buffer.from(bytes).toString();
  };
  const { store, clock, random, activity, door } = env;
  const fault = startFault(flags, (path) => context.readFile(path));
  if (fault) {
    const address = flag('advertise-address', '127.0.0.1');
    for (const line of faultLines(fault, address, KUBERNETES_VERSION)) context.log(klog(line, clock.now(), PID));
    context.exited(1);
    return { stop: () => undefined, healthy: () => false };
  }
  const [enable, disable] = [list(flags.get('enable-admission-plugins')), list(flags.get('disable-admission-plugins'))];
  const clientCa = file('client-ca-file');
  const signer = new TokenIssuer(
    file('service-account-signing-key-file') ?? '',
    random,
    flag('service-account-issuer', DEFAULT_ISSUER),
  );
  const authenticator = new Authenticator({
    clock,
    clientCa: () => clientCa,
    issuer: signer,
    objects: identityObjects(store),
  });
  const rbac = new RbacAuthorizer(rbacObjects(store));
  const authorizer = authorizationModes(list(flag('authorization-mode', 'AlwaysAllow')), {
    RBAC: rbac,
    Node: new NodeAuthorizer(nodeGraph(store)),
  });
  const [from = 30_000, to = 32_767] = flag('service-node-port-range', '30000-32767').split('-').map(Number);

  const audit = auditOf(context);

  const anonymous = flag('anonymous-auth', 'true') === 'true';
  const api = createApiServer({
    store,
    kinds,
    clock,
    random,
    activity,
    authenticator,
    authorizer,
    rules: { rulesFor: (user, namespace) => rulesFor(rbac, user, namespace) },
    tokens: {
      issuer: signer.issuer,
      audiences: list(flags.get('api-audiences')).length ? list(flags.get('api-audiences')) : [signer.issuer],
      issue: (order) => signer.issue(tokenRequest(order), clock.now()).token,
      jwks: () => signer.jwks(),
    },
    admission: {
      plugins: enabledPlugins(enable, disable),
      context: (transport) => ({
        client: createClient(transport),
        clock,
        random,
        dial: (host, port) => env.dial(host, port),
        access: {
          authorize: (user, question) => authorizer.authorize({ user, ...question }),
          rulesFor: (user, namespace) => rbac.rulesFor(user, namespace),
        },
      }),
    },
    kubelets: env.kubelets,
    dial: (host, port) => env.dial(host, port),
    flags: {
      serviceClusterIpRange: flag('service-cluster-ip-range', '10.0.0.0/24'),
      serviceNodePortRange: { from, to },
      allowPrivileged: flag('allow-privileged', 'false') === 'true',
    },
    anonymousAuth: anonymous,
    version: VERSION_INFO,
    ...(audit ? { audit } : {}),
  });
  const serving = { cert: file('tls-cert-file') ?? '', key: file('tls-private-key-file') ?? '' };
  const clientCas = [clientCa, file('requestheader-client-ca-file')].filter((ca) => ca !== undefined);
  door.open({ api, authenticator, clientCas, anonymous, serving, port: Number(flag('secure-port', '6443')) });
  return {
    stop: () => door.close(),
    healthy: () => true,
  };
}

/** The audit log that the flags ask for: both a policy and a place to write to. */
function auditOf(context: ComponentContext): ApiServerOptions['audit'] {
  const { flags } = context;
  const [policyPath, logPath] = [flags.get('audit-policy-file'), flags.get('audit-log-path')];
  if (policyPath === undefined || !logPath) return undefined;
  const reading = readAuditPolicy(Buffer.from(context.readFile(policyPath) ?? []).toString(), policyPath);
  if (!reading.ok) return undefined;
  return {
    policy: reading.policy,
    address: flags.get('advertise-address') ?? '127.0.0.1',
    write(line) {
      if (logPath === '-') return context.log(line);
      try {
        context.appendFile(logPath, `${line}\n`, 0o600);
      } catch (err) {
        context.log(`E metrics.go:109] "Error in audit plugin" err=${JSON.stringify(String(err))} plugin="log"`);
      }
    },
  };
}

/** What the issuer signs for an order that the API server has validated. */
function tokenRequest(order: TokenOrder): Parameters<TokenIssuer['issue']>[0] {
  const { serviceAccount, boundObject: bound } = order;
  const { name, namespace = '', uid = '' } = serviceAccount.metadata;
  const reference = (kind: string) => (bound?.kind === kind ? { name: bound.name, uid: bound.uid } : undefined);
  const node = bound?.nodeName === undefined ? reference('Node') : { name: bound.nodeName, uid: bound.nodeUid ?? '' };
  const [pod, secret] = [reference('Pod'), reference('Secret')];
  return {
    namespace,
    serviceAccount: { name, uid },
    audiences: order.audiences,
    expirationSeconds: order.expirationSeconds,
    ...(pod && { pod }),
    ...(secret && { secret }),
    ...(node && { node }),
  };
}
