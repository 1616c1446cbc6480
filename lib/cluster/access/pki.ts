import type { Random } from '../../kit/random.ts';
import {
  CertificateAuthority,
  generatePrivateKey,
  publicKeyOf,
  type CertificateSubject,
} from './certificate-authority.ts';
import { formatKubeconfig } from './kubeconfig.ts';

/** One machine that gets credentials. */
export interface PkiNode {
  name: string;
  ip: string;
  controlPlane: boolean;
}

export interface PkiOptions {
  nodes: readonly PkiNode[];
  clusterName: string;
  /** The first address of the service CIDR. */
  serviceIp: string;
  now: number;
  random: Random;
  /** Private keys for leaf certificates, PEM; shared by the clusters of one installation to save their making. */
  leafKeys: readonly string[];
}

/** Files by node and absolute path. Those of OUTSIDE lie on no node's disk. */
export const OUTSIDE = '';
export type PkiFiles = Record<string, Record<string, string>>;

const DAY = 86_400_000;
const PKI = '/etc/kubernetes/pki';
/** kubeadm back-dates certificates, in case a node's clock is behind. */
const BACKDATE = 300_000;

/** How many leaf keys a cluster of `nodes` uses at the most. */
export const leafKeyCount = (nodes: readonly PkiNode[]): number => 12 + nodes.length * 2;

/**
 * Everything that `kubeadm init` and `kubeadm join` write of certificates, keys and kubeconfigs: same files, subjects,
 * names, usages and terms (authorities ten years, the rest one). The authorities' and the service account keys are this
 * cluster's own, so that no credential of one cluster is good in another.
 */
export async function createPki(options: PkiOptions): Promise<PkiFiles> {
  const { nodes, serviceIp, now, random } = options;
  const main = nodes.find((n) => n.controlPlane);
  if (!main) throw new Error('a cluster needs a control-plane node');
  const long = { notBefore: now - BACKDATE, notAfter: now - BACKDATE + 3650 * DAY };
  const short = { notBefore: now - BACKDATE, notAfter: now - BACKDATE + 365 * DAY };
  const [caKey, saKey] = await Promise.all([generatePrivateKey(), generatePrivateKey()]);
  const keys = options.leafKeys.values();
  const nextKey = async () => keys.next().value ?? (await generatePrivateKey());

  const ca = await CertificateAuthority.create('kubernetes', caKey, long, random);
  const frontProxyCa = await CertificateAuthority.create('front-proxy-ca', await nextKey(), long, random);
  const etcdCa = await CertificateAuthority.create('etcd-ca', await nextKey(), long, random);

  const files: PkiFiles = Object.fromEntries(nodes.map((n) => [n.name, { [`${PKI}/ca.crt`]: ca.pair.cert }]));
  const put = (node: string, path: string, text: string) => {
    (files[node] ??= {})[path] = text;
  };
  const server = `https://${main.ip}:6443`;

  for (const node of nodes.filter((n) => n.controlPlane)) {
    const pair = async (path: string, authority: CertificateAuthority, subject: CertificateSubject) => {
      const { cert, key } = await authority.issue(subject, await nextKey(), short);
      put(node.name, `${PKI}/${path}.crt`, cert);
      put(node.name, `${PKI}/${path}.key`, key);
    };
    const config = async (file: string, user: string, subject: CertificateSubject) => {
      const { cert, key } = await ca.issue({ ...subject, usages: ['client'] }, await nextKey(), short);
      put(
        node.name,
        `/etc/kubernetes/${file}`,
        formatKubeconfig({ cluster: options.clusterName, server, user, ca: ca.pair.cert, cert, key }),
      );
    };
    for (const [path, authority] of [
      ['ca', ca],
      ['front-proxy-ca', frontProxyCa],
      ['etcd/ca', etcdCa],
    ] as const) {
      put(node.name, `${PKI}/${path}.crt`, authority.pair.cert);
      put(node.name, `${PKI}/${path}.key`, authority.pair.key);
    }
    put(node.name, `${PKI}/sa.key`, saKey);
    put(node.name, `${PKI}/sa.pub`, publicKeyOf(saKey));
    await pair('apiserver', ca, {
      commonName: 'kube-apiserver',
      usages: ['server'],
      dnsNames: [
        node.name,
        'kubernetes',
        'kubernetes.default',
        'kubernetes.default.svc',
        'kubernetes.default.svc.cluster.local',
      ],
      ips: [serviceIp, node.ip],
    });
    await pair('apiserver-kubelet-client', ca, {
      commonName: 'kube-apiserver-kubelet-client',
      usages: ['client'],
    });
    await pair('front-proxy-client', frontProxyCa, { commonName: 'front-proxy-client', usages: ['client'] });
    const etcdNames = { dnsNames: [node.name, 'localhost'], ips: [node.ip, '127.0.0.1', '::1'] };
    await pair('etcd/server', etcdCa, { commonName: node.name, usages: ['server', 'client'], ...etcdNames });
    await pair('etcd/peer', etcdCa, { commonName: node.name, usages: ['server', 'client'], ...etcdNames });
    await pair('etcd/healthcheck-client', etcdCa, { commonName: 'kube-etcd-healthcheck-client', usages: ['client'] });
    await pair('apiserver-etcd-client', etcdCa, { commonName: 'kube-apiserver-etcd-client', usages: ['client'] });
    await config('admin.conf', 'kubernetes-admin', {
      commonName: 'kubernetes-admin',
      organizations: ['kubeadm:cluster-admins'],
    });
    await config('super-admin.conf', 'kubernetes-super-admin', {
      commonName: 'kubernetes-super-admin',
      organizations: ['system:masters'],
    });
    await config('controller-manager.conf', 'system:kube-controller-manager', {
      commonName: 'system:kube-controller-manager',
    });
    await config('scheduler.conf', 'system:kube-scheduler', { commonName: 'system:kube-scheduler' });
  }

  // kubeadm's certificate names no loopback address: who comes that way is shown another one of the same authority.
  const loopback = {
    commonName: 'kube-apiserver',
    dnsNames: ['localhost', 'kubernetes'],
    ips: ['127.0.0.1', '::1'],
    usages: ['server'] as const,
  };
  const shown = await ca.issue(loopback, await nextKey(), short);
  put(OUTSIDE, 'loopback.crt', shown.cert);
  put(OUTSIDE, 'loopback.key', shown.key);

  const selfSigned = await nextKey();
  for (const node of nodes) {
    const client = await ca.issue(
      {
        commonName: `system:node:${node.name}`,
        organizations: ['system:nodes'],
        usages: ['client'],
        keyEncipherment: false,
      },
      await nextKey(),
      short,
    );
    const clientPem = '/var/lib/kubelet/pki/kubelet-client-current.pem';
    put(node.name, clientPem, client.cert + client.key);
    put(
      node.name,
      '/etc/kubernetes/kubelet.conf',
      formatKubeconfig({
        cluster: options.clusterName,
        server,
        user: node.controlPlane ? `system:node:${node.name}` : 'default-auth',
        ca: ca.pair.cert,
        certFile: clientPem,
        controlPlane: node.controlPlane,
      }),
    );
    // The kubelet signs its own serving certificate with an authority that it forgets at once.
    const stamp = Math.floor(now / 1000);
    const own = await CertificateAuthority.create(`${node.name}-ca@${stamp}`, selfSigned, short, random);
    const serving = await own.issue(
      { commonName: `${node.name}@${stamp}`, dnsNames: [node.name], usages: ['server'] },
      await nextKey(),
      short,
    );
    put(node.name, '/var/lib/kubelet/pki/kubelet.crt', serving.cert + own.pair.cert);
    put(node.name, '/var/lib/kubelet/pki/kubelet.key', serving.key);
  }
  return files;
}
