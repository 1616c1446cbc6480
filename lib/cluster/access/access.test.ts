import { beforeAll, expect, test } from 'vitest';
import { ManualClock } from '../../kit/clock.ts';
import { seededRandom } from '../../kit/random.ts';
import type { KubeObject } from '../machinery/object.ts';
import { Authenticator } from './authenticator.ts';
import { readCertificate } from './certificate-authority.ts';
import { readKubeconfig } from './kubeconfig.ts';
import { createPki, type PkiFiles } from './pki.ts';
import { RbacAuthorizer, type BindingObject, type RoleObject } from './rbac.ts';
import { TokenIssuer } from './tokens.ts';

const clock = new ManualClock(Date.UTC(2026, 10, 1));
const random = seededRandom(7);
const nodes = [
  { name: 'controlplane', ip: '172.30.1.2', controlPlane: true },
  { name: 'node01', ip: '172.30.1.3', controlPlane: false },
];
let pki: PkiFiles;

beforeAll(async () => {
  pki = await createPki({
    nodes,
    clusterName: 'kubernetes',
    serviceIp: '10.96.0.1',
    now: clock.now(),
    random,
    leafKeys: [],
  });
  // RSA keys take as long as chance will have it.
}, 60_000);

const file = (node: string, path: string) => pki[node]?.[path] ?? '';
const admin = () => {
  const reading = readKubeconfig(file('controlplane', '/etc/kubernetes/admin.conf'), () => undefined);
  if (!reading.ok) throw new Error(reading.error);
  return reading.credentials;
};

function authenticator(objects: Record<string, KubeObject> = {}) {
  const issuer = new TokenIssuer(file('controlplane', '/etc/kubernetes/pki/sa.key'), random);
  const clientCa = () => file('controlplane', '/etc/kubernetes/pki/ca.crt');
  return {
    issuer,
    auth: new Authenticator({
      clock,
      issuer,
      clientCa,
      objects: { find: (r, ns, name) => objects[`${r}/${ns}/${name}`] },
    }),
  };
}

test('the certificates are those of kubeadm', () => {
  const apiserver = readCertificate(file('controlplane', '/etc/kubernetes/pki/apiserver.crt'));
  const ca = readCertificate(file('controlplane', '/etc/kubernetes/pki/ca.crt'));
  expect(apiserver?.subject).toBe('CN=kube-apiserver');
  expect(apiserver?.subjectAltName).toContain('IP Address:10.96.0.1');
  expect(ca && apiserver?.verify(ca.publicKey)).toBe(true);
  expect(Object.keys(pki.node01 ?? {})).toContain('/var/lib/kubelet/pki/kubelet-client-current.pem');
  expect(Object.keys(pki.node01 ?? {})).not.toContain('/etc/kubernetes/pki/ca.key');
});

test('a client certificate names its user and groups, until it expires', () => {
  const { auth } = authenticator();
  const certificate = admin().clientCertificate;
  expect(auth.authenticate({ certificate })).toMatchObject({
    username: 'kubernetes-admin',
    groups: ['kubeadm:cluster-admins', 'system:authenticated'],
  });
  const later = new Authenticator({
    clock: new ManualClock(clock.now() + 366 * 86_400_000),
    issuer: authenticator().issuer,
    clientCa: () => file('controlplane', '/etc/kubernetes/pki/ca.crt'),
    objects: { find: () => undefined },
  });
  expect(later.authenticate({ certificate })).toBeUndefined();
});

test("another cluster's certificate is not accepted", async () => {
  const other = await createPki({
    nodes,
    clusterName: 'kubernetes',
    serviceIp: '10.96.0.1',
    now: clock.now(),
    random,
    leafKeys: [],
  });
  const reading = readKubeconfig(other.controlplane?.['/etc/kubernetes/admin.conf'] ?? '', () => undefined);
  expect(
    reading.ok && authenticator().auth.authenticate({ certificate: reading.credentials.clientCertificate }),
  ).toBeUndefined();
});

test('a token is good while its account and pod exist and its time has not run out', () => {
  const account = { metadata: { name: 'robot', namespace: 'default', uid: 'u1' } };
  const { issuer, auth } = authenticator({ 'serviceaccounts/default/robot': account });
  const order = {
    namespace: 'default',
    serviceAccount: { name: 'robot', uid: 'u1' },
    audiences: [issuer.issuer],
    expirationSeconds: 600,
  };
  const { token } = issuer.issue(order, clock.now());
  expect(auth.authenticate({ token })?.username).toBe('system:serviceaccount:default:robot');
  expect(
    auth.authenticate({ token: issuer.issue({ ...order, pod: { name: 'gone', uid: 'p1' } }, clock.now()).token }),
  ).toBeUndefined();
  expect(auth.authenticate({ token: issuer.issue(order, clock.now() - 601_000).token })).toBeUndefined();
  expect(auth.authenticate({ token: `${token.slice(0, -4)}AAAA` })).toBeUndefined();
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  expect(auth.authenticate({ token: `${none}.${token.split('.')[1]}.` })).toBeUndefined();
});

test('the token of a Secret is good as long as the Secret holds it', () => {
  const account = { metadata: { name: 'robot', namespace: 'default', uid: 'u1' } };
  const { issuer } = authenticator();
  const serviceAccount = { name: 'robot', uid: 'u1' };
  const token = issuer.issueForSecret({ namespace: 'default', serviceAccount, secret: 'robot-token' });
  const holding = (text: string) => ({
    metadata: { name: 'robot-token', namespace: 'default' },
    data: { token: Buffer.from(text).toString('base64') },
  });
  const user = (secret?: KubeObject) => {
    const objects: Record<string, KubeObject> = { 'serviceaccounts/default/robot': account };
    if (secret) objects['secrets/default/robot-token'] = secret;
    return authenticator(objects).auth.authenticate({ token });
  };
  expect(user(holding(token))).toEqual({
    username: 'system:serviceaccount:default:robot',
    uid: 'u1',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
  });
  expect(user(holding('another'))).toBeUndefined();
  expect(user()).toBeUndefined();
});

test('RBAC looks at group, resource, subresource, name, namespace and path', () => {
  const roles: Record<string, RoleObject> = {
    reader: {
      metadata: { name: 'reader' },
      rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods', 'pods/log', 'secrets'], resourceNames: ['a'] }],
    },
    health: { metadata: { name: 'health' }, rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz/*'] }] },
  };
  const bind = (name: string, namespace?: string): BindingObject => ({
    metadata: { name, ...(namespace && { namespace }) },
    roleRef: { kind: 'ClusterRole', name },
    subjects: [{ kind: 'Group', name: 'staff' }],
  });
  const rbac = new RbacAuthorizer({
    version: () => 1,
    clusterRoleBindings: () => [bind('health')],
    roleBindings: () => [bind('reader', 'shop')],
    clusterRole: (name) => roles[name],
    role: () => undefined,
  });
  const user = { username: 'lena', groups: ['staff'] };
  const ask = (a: object) => rbac.authorize({ user, verb: 'get', group: '', ...a }).allowed;
  expect(ask({ resource: 'pods', namespace: 'shop', name: 'a' })).toBe(true);
  expect(ask({ resource: 'pods', subresource: 'log', namespace: 'shop', name: 'a' })).toBe(true);
  expect(ask({ resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'a' })).toBe(false);
  expect(ask({ resource: 'pods', namespace: 'shop', name: 'b' })).toBe(false);
  expect(ask({ resource: 'pods', namespace: 'default', name: 'a' })).toBe(false);
  expect(ask({ path: '/healthz/etcd' })).toBe(true);
  expect(ask({ path: '/metrics' })).toBe(false);
});
