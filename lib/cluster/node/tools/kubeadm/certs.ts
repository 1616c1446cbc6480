import { X509Certificate } from 'node:crypto';
import { configmaps } from '../../../schema/generated/resources.ts';
import { columns } from '../text-table.ts';
import { admin, failed, type KubeadmCall } from './kubeadm-call.ts';
import { renewed } from './renew.ts';
import { shortDuration } from './token.ts';

type Authority = 'ca' | 'etcd-ca' | 'front-proxy-ca';

const AUTHORITIES: Readonly<Record<Authority, string>> = {
  ca: 'ca',
  'etcd-ca': 'etcd/ca',
  'front-proxy-ca': 'front-proxy-ca',
};

interface Managed {
  name: string;
  /** Without extension, below the certificates' directory; a kubeconfig has none. */
  path?: string;
  ca: Authority;
  /** What `renew` calls it. */
  what: string;
}

const config = (name: string, who: string): Managed => ({
  name,
  ca: 'ca',
  what: `certificate embedded in the kubeconfig file for the ${who}`,
});

const MANAGED: readonly Managed[] = [
  config('admin.conf', 'admin to use and for kubeadm itself'),
  { name: 'apiserver', path: 'apiserver', ca: 'ca', what: 'certificate for serving the Kubernetes API' },
  {
    name: 'apiserver-etcd-client',
    path: 'apiserver-etcd-client',
    ca: 'etcd-ca',
    what: 'certificate the apiserver uses to access etcd',
  },
  {
    name: 'apiserver-kubelet-client',
    path: 'apiserver-kubelet-client',
    ca: 'ca',
    what: 'certificate for the API server to connect to kubelet',
  },
  config('controller-manager.conf', 'controller manager to use'),
  {
    name: 'etcd-healthcheck-client',
    path: 'etcd/healthcheck-client',
    ca: 'etcd-ca',
    what: 'certificate for liveness probes to healthcheck etcd',
  },
  {
    name: 'etcd-peer',
    path: 'etcd/peer',
    ca: 'etcd-ca',
    what: 'certificate for etcd nodes to communicate with each other',
  },
  { name: 'etcd-server', path: 'etcd/server', ca: 'etcd-ca', what: 'certificate for serving etcd' },
  {
    name: 'front-proxy-client',
    path: 'front-proxy-client',
    ca: 'front-proxy-ca',
    what: 'certificate for the front proxy client',
  },
  config('scheduler.conf', 'scheduler manager to use'),
  config('super-admin.conf', 'super-admin'),
];

const KUBERNETES = '/etc/kubernetes';
const DAY = 86_400_000;

const directory = ({ flags }: KubeadmCall) => flags.get('cert-dir') ?? `${KUBERNETES}/pki`;

const embedded = (text: string, field: string) => {
  const data = new RegExp(`^ *${field}: (\\S+)$`, 'm').exec(text)?.[1];
  return data === undefined ? undefined : Buffer.from(data, 'base64').toString();
};

/** A managed certificate's PEM text; undefined when it is missing. */
function certificateOf(call: KubeadmCall, managed: Managed): string | undefined {
  const { disk } = call.context;
  if (managed.path !== undefined) return disk.read(`${directory(call)}/${managed.path}.crt`);
  return embedded(disk.read(`${KUBERNETES}/${managed.name}`) ?? '', 'client-certificate-data');
}

/** Tells where the configuration comes from, as each of these commands does first. */
async function readsConfiguration(call: KubeadmCall, tag: string): Promise<void> {
  const { io } = call;
  const access = admin(call);
  if (!access.ok) return;
  await io.out(
    `[${tag}] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...\n[${tag}] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.\n`,
  );
  try {
    await access.client.get(configmaps, 'kube-system', 'kubeadm-config');
  } catch {
    await io.out(`[${tag}] Error reading configuration from the Cluster. Falling back to default configuration\n`);
  }
  await io.out('\n');
}

/** What stops kubeadm on a machine that has no control plane. */
function missingKey(call: KubeadmCall): string | undefined {
  const key = `${directory(call)}/apiserver.key`;
  if (call.context.disk.read(key) !== undefined) return undefined;
  return `Error checking external CA condition for ca certificate authority: failure loading key for apiserver: couldn't load the private key file ${key}: open ${key}: no such file or directory`;
}

function expiry(pem: string | undefined, now: number) {
  const at = pem === undefined ? undefined : Date.parse(new X509Certificate(pem).validTo);
  if (at === undefined) return undefined;
  const [, day = '', month = '', year = '', time = ''] =
    /^\w+, (\d+) (\w+) (\d+) (\d\d:\d\d)/.exec(new Date(at).toUTCString()) ?? [];
  const left = at - now;
  return {
    shown: `${month} ${day}, ${year} ${time} UTC`,
    left:
      left < 0
        ? '<invalid>'
        : left < DAY
          ? shortDuration(left)
          : left < 365 * DAY
            ? `${Math.floor(left / DAY)}d`
            : `${Math.floor(left / (365 * DAY))}y`,
    iso: new Date(at).toISOString().replace('.000Z', 'Z'),
    seconds: Math.floor(left / 1000),
  };
}

export async function checkExpiration(call: KubeadmCall): Promise<number> {
  const { flags, io, context } = call;
  const json = flags.get('output') === 'json';
  if (!json) await readsConfiguration(call, 'check-expiration');
  const missing = missingKey(call);
  if (missing !== undefined) return failed(io, missing);
  const now = context.clock.now();
  const leafs = MANAGED.map((m) => ({ name: m.name, ca: m.ca, expiry: expiry(certificateOf(call, m), now) }));
  const authorities = Object.entries(AUTHORITIES).map(([name, path]) => ({
    name,
    expiry: expiry(context.disk.read(`${directory(call)}/${path}.crt`), now),
  }));
  if (json) {
    const about = (e: (typeof leafs)[number]['expiry']) => ({
      expirationDate: e?.iso ?? null,
      residualTime: e?.seconds ?? 0,
      externallyManaged: false,
    });
    const body = {
      kind: 'CertificateExpirationInfo',
      apiVersion: 'output.kubeadm.k8s.io/v1alpha3',
      certificates: leafs.map((l) => ({ name: l.name, ...about(l.expiry), caName: l.ca, missing: !l.expiry })),
      certificateAuthorities: authorities.map((a) => ({ name: a.name, ...about(a.expiry), missing: !a.expiry })),
    };
    await io.out(`${JSON.stringify(body, null, 4)}\n`);
    return 0;
  }
  const row = (name: string, e: (typeof leafs)[number]['expiry'], ...ca: string[]) =>
    e ? [name, e.shown, e.left, ...ca, 'no'] : [`!MISSING! ${name}`];
  await io.out(
    columns(
      [
        ['CERTIFICATE', 'EXPIRES', 'RESIDUAL TIME', 'CERTIFICATE AUTHORITY', 'EXTERNALLY MANAGED'],
        ...leafs.map((l) => row(l.name, l.expiry, l.ca)),
      ],
      3,
    ),
  );
  await io.out('\n');
  await io.out(
    columns(
      [
        ['CERTIFICATE AUTHORITY', 'EXPIRES', 'RESIDUAL TIME', 'EXTERNALLY MANAGED'],
        ...authorities.map((a) => row(a.name, a.expiry)),
      ],
      3,
    ),
  );
  return 0;
}

export async function renew(call: KubeadmCall, name: string): Promise<number> {
  const { io, context } = call;
  const wanted = MANAGED.filter((m) => name === 'all' || m.name === name);
  await readsConfiguration(call, 'renew');
  const missing = missingKey(call);
  if (missing !== undefined) return failed(io, missing);
  if (io.call.uid !== 0) return failed(io, `failed to renew certificate ${wanted[0]?.name}: permission denied`);
  for (const managed of wanted) {
    const pem = certificateOf(call, managed);
    if (pem === undefined) {
      await io.out(`MISSING! ${managed.what}\n`);
      continue;
    }
    const at = `${directory(call)}/${AUTHORITIES[managed.ca]}`;
    const authority = { cert: context.disk.read(`${at}.crt`) ?? '', key: context.disk.read(`${at}.key`) ?? '' };
    if (!authority.key) {
      await io.out(`Detected external ${managed.ca}, ${managed.what} can't be renewed\n`);
      continue;
    }
    const fresh = await context.activity.track(renewed(pem, authority, context.clock.now(), context.random));
    write(call, managed, fresh);
    await io.out(`${managed.what} renewed\n`);
  }
  if (name === 'all') {
    await io.out(
      '\nDone renewing certificates. You must restart the kube-apiserver, kube-controller-manager, kube-scheduler and etcd, so that they can use the new certificates.\n',
    );
  }
  return 0;
}

function write(call: KubeadmCall, { name, path }: Managed, { cert, key }: { cert: string; key: string }): void {
  const { disk } = call.context;
  if (path !== undefined) {
    disk.write(`${directory(call)}/${path}.crt`, cert, 0o644);
    disk.write(`${directory(call)}/${path}.key`, key, 0o600);
    return;
  }
  const file = `${KUBERNETES}/${name}`;
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const text = (disk.read(file) ?? '')
    .replace(/^( *client-certificate-data: ).*$/m, `$1${base64(cert)}`)
    .replace(/^( *client-key-data: ).*$/m, `$1${base64(key)}`);
  disk.write(file, text, 0o600);
}

export async function certificateKey({ io, context }: KubeadmCall): Promise<number> {
  await io.out(`${Buffer.from(context.random.bytes(32)).toString('hex')}\n`);
  return 0;
}
