import { resolve } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { deepMerge } from './merge.ts';
import { isJsonObject, type JsonObject } from '../../../machinery/object.ts';
import { KUBERNETES_VERSION } from '../../../schema/version.ts';
import { findImageByName } from '../../images/catalogue.ts';
import { notSimulatedTool } from '../node-tool.ts';
import { failed, type KubeadmCall } from './kubeadm-call.ts';
import { newToken } from './token.ts';

const API = 'kubeadm.k8s.io/v1beta4';
const SOCKET = 'unix:///var/run/containerd/containerd.sock';
const TOKEN = 'abcdef.0123456789abcdef';

const TIMEOUTS = {
  controlPlaneComponentHealthCheck: '4m0s',
  discovery: '5m0s',
  etcdAPICall: '2m0s',
  kubeletHealthCheck: '4m0s',
  kubernetesAPICall: '1m0s',
  tlsBootstrap: '5m0s',
  upgradeManifests: '5m0s',
};

const registration = (name: string, taints: JsonObject[] | null) => ({
  criSocket: SOCKET,
  imagePullPolicy: 'IfNotPresent',
  imagePullSerial: true,
  name,
  taints,
});

function initConfiguration(address: string, node: string, taints: JsonObject[] | null, token: string): JsonObject {
  return {
    apiVersion: API,
    bootstrapTokens: [
      {
        groups: ['system:bootstrappers:kubeadm:default-node-token'],
        token,
        ttl: '24h0m0s',
        usages: ['signing', 'authentication'],
      },
    ],
    kind: 'InitConfiguration',
    localAPIEndpoint: { advertiseAddress: address, bindPort: 6443 },
    nodeRegistration: registration(node, taints),
    timeouts: TIMEOUTS,
  };
}

const clusterConfiguration = (version: string): JsonObject => ({
  apiServer: {},
  apiVersion: API,
  caCertificateValidityPeriod: '87600h0m0s',
  certificateValidityPeriod: '8760h0m0s',
  certificatesDir: '/etc/kubernetes/pki',
  clusterName: 'kubernetes',
  controllerManager: {},
  dns: {},
  encryptionAlgorithm: 'RSA-2048',
  etcd: { local: { dataDir: '/var/lib/etcd' } },
  imageRepository: 'registry.k8s.io',
  kind: 'ClusterConfiguration',
  kubernetesVersion: version,
  networking: { dnsDomain: 'cluster.local', serviceSubnet: '10.96.0.0/12' },
  proxy: {},
  scheduler: {},
});

const apply = { certificateRenewal: true, etcdUpgrade: true, imagePullPolicy: 'IfNotPresent', imagePullSerial: true };

const DEFAULTS: Readonly<Record<string, (node: string) => JsonObject[]>> = {
  'init-defaults': () => [initConfiguration('1.2.3.4', 'node', null, TOKEN), clusterConfiguration('1.36.0')],
  'join-defaults': (node) => [
    {
      apiVersion: API,
      caCertPath: '/etc/kubernetes/pki/ca.crt',
      discovery: {
        bootstrapToken: { apiServerEndpoint: 'kube-apiserver:6443', token: TOKEN, unsafeSkipCAVerification: true },
        tlsBootstrapToken: TOKEN,
      },
      kind: 'JoinConfiguration',
      nodeRegistration: registration(node, null),
      timeouts: TIMEOUTS,
    },
  ],
  'reset-defaults': () => [
    {
      apiVersion: API,
      certificatesDir: '/etc/kubernetes/pki',
      criSocket: SOCKET,
      kind: 'ResetConfiguration',
      timeouts: TIMEOUTS,
    },
  ],
  'upgrade-defaults': () => [
    {
      apiVersion: API,
      apply,
      diff: {},
      kind: 'UpgradeConfiguration',
      node: apply,
      plan: { etcdUpgrade: true },
      timeouts: TIMEOUTS,
    },
  ],
};

const print = (documents: readonly JsonObject[]) =>
  documents
    .map((d) => stringify(d, { indentSeq: false, lineWidth: 0, aliasDuplicateObjects: false, sortMapEntries: true }))
    .join('---\n');

export async function configPrint(call: KubeadmCall, what: string): Promise<number> {
  const { io, context, flags } = call;
  const documents = DEFAULTS[what]?.(context.name) ?? [];
  const texts = [print(documents)];
  for (const kind of (flags.get('component-configs') ?? '').split(',').filter(Boolean)) {
    if (kind === 'KubeletConfiguration')
      texts.push(kubeletDefaults(context.disk.read('/var/lib/kubelet/config.yaml') ?? ''));
    else if (kind === 'KubeProxyConfiguration')
      return notSimulatedTool(io, 'kubeadm', `config print ${what} --component-configs KubeProxyConfiguration`);
    else
      return failed(io, '--component-configs needs to contain some of [KubeProxyConfiguration KubeletConfiguration]');
  }
  await io.out(texts.join('---\n'));
  return 0;
}

/** kubeadm's defaults of the kubelet: what it wrote to the node, without what the node itself put in. */
function kubeletDefaults(written: string): string {
  return written
    .replace(/^(failCgroupV1|failSwapOn|containerLogMax\w+): .*\n/gm, '')
    .replace(/^containerRuntimeEndpoint: .*$/m, 'containerRuntimeEndpoint: ""')
    .replace(/^cgroupDriver: .*$/m, 'cgroupDriver: systemd');
}

const kindOf = (document: JsonObject) => (typeof document.kind === 'string' ? document.kind : '');

/** Why a configuration file cannot be read, in kubeadm's words. */
function fault(document: JsonObject): string | undefined {
  const { apiVersion } = document;
  const kind = kindOf(document);
  if (typeof apiVersion !== 'string' || !kind)
    return `invalid configuration for GroupVersionKind /, Kind=${kind}: kind and apiVersion is mandatory information that must be specified`;
  if (apiVersion === 'kubeadm.k8s.io/v1beta2')
    return `your configuration file uses an old API spec: "${apiVersion}" (kind: "${kind}"). Please use kubeadm v1.22 instead and run 'kubeadm config migrate --old-config old-config-file --new-config new-config-file', which will write the new, similar spec using a newer API version.`;
  if (apiVersion !== API) return undefined;
  for (const name of ['apiServer', 'controllerManager', 'scheduler']) {
    const component = document[name];
    if (isJsonObject(component) && isJsonObject(component.extraArgs)) {
      const type = name === 'apiServer' ? 'APIServer.apiServer.ControlPlaneComponent' : `ClusterConfiguration.${name}`;
      return `error unmarshaling configuration schema.GroupVersionKind{Group:"kubeadm.k8s.io", Version:"v1beta4", Kind:"${kind}"}: json: cannot unmarshal object into Go struct field ${type}.extraArgs of type []v1beta4.Arg`;
    }
  }
  const networking = isJsonObject(document.networking) ? document.networking : {};
  const faults = (['serviceSubnet', 'podSubnet'] as const).flatMap((name) => {
    const value = networking[name];
    if (typeof value !== 'string') return [];
    const bits = /^(?:\d{1,3}\.){3}\d{1,3}\/(\d+)$/.exec(value)?.[1];
    const at = `networking.${name}: Invalid value: ${JSON.stringify(value)}`;
    if (bits === undefined) return value.includes(':') ? [] : [`${at}: couldn't parse subnet`];
    const size = 2 ** (32 - Number(bits));
    return size < 10 ? [`${at}: subnet with ${size} address(es) is too small, the minimum is 10`] : [];
  });
  if (!faults.length) return undefined;
  return faults.length > 1 ? `[${faults.join(', ')}]` : faults[0];
}

type Reading = { ok: true; documents: JsonObject[] } | { ok: false; error: string };

function read({ io, context }: KubeadmCall, path: string): Reading {
  const text = context.disk.read(resolve(io.call.cwd, path));
  if (text === undefined)
    return { ok: false, error: `unable to read config from "${path}" : open ${path}: no such file or directory` };
  const documents = parseAllDocuments(text)
    .map((d): unknown => d.toJS())
    .filter(isJsonObject);
  const error = documents.map(fault).find((e) => e !== undefined);
  return error === undefined ? { ok: true, documents } : { ok: false, error };
}

export async function configValidate(call: KubeadmCall): Promise<number> {
  const path = call.flags.get('config');
  if (path === undefined) return failed(call.io, 'the --config flag is mandatory');
  const reading = read(call, path);
  if (!reading.ok) return failed(call.io, reading.error);
  await call.io.out('ok\n');
  return 0;
}

/** v1beta4 has lists of name and value where v1beta3 had maps. */
function currentForm(document: JsonObject): JsonObject {
  const converted: JsonObject = { ...document, apiVersion: API };
  for (const name of ['apiServer', 'controllerManager', 'scheduler']) {
    const component = converted[name];
    if (!isJsonObject(component) || !isJsonObject(component.extraArgs)) continue;
    const args = Object.entries(component.extraArgs).sort(([a], [b]) => (a < b ? -1 : 1));
    converted[name] = { ...component, extraArgs: args.map(([arg, value]) => ({ name: arg, value })) };
  }
  return converted;
}

export async function configMigrate(call: KubeadmCall): Promise<number> {
  const { flags, io, context } = call;
  const path = flags.get('old-config');
  if (path === undefined) return failed(io, 'the --old-config flag is mandatory');
  const reading = read(call, path);
  if (!reading.ok) return failed(io, reading.error);
  const taint = { effect: 'NoSchedule', key: 'node-role.kubernetes.io/control-plane' };
  const given = (kind: string) => reading.documents.find((d) => kindOf(d) === kind);
  const other = reading.documents.map(kindOf).find((k) => k !== 'InitConfiguration' && k !== 'ClusterConfiguration');
  if (other !== undefined) return notSimulatedTool(io, 'kubeadm', `config migrate of a ${other}`);
  const documents = [
    deepMerge(
      initConfiguration(context.ip, context.name, [taint], newToken(context.random)),
      currentForm(given('InitConfiguration') ?? {}),
    ),
    deepMerge(clusterConfiguration(KUBERNETES_VERSION), currentForm(given('ClusterConfiguration') ?? {})),
  ];
  const target = flags.get('new-config');
  if (target === undefined) await io.out(print(documents));
  else context.disk.write(resolve(io.call.cwd, target), print(documents));
  return 0;
}

/** The images of a version; the newest that there is unless a flag names one. */
function imagesOf({ flags }: KubeadmCall): string[] {
  const version = flags.get('kubernetes-version') ?? KUBERNETES_VERSION;
  const components = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'];
  return [
    ...components.map((c) => `${c}:v${version.replace(/^v/, '')}`),
    'coredns/coredns:v1.14.2',
    'pause:3.10.1',
    'etcd:3.6.8-0',
  ].map((image) => `registry.k8s.io/${image}`);
}

export async function imagesList(call: KubeadmCall): Promise<number> {
  await call.io.out(
    imagesOf(call)
      .map((image) => `${image}\n`)
      .join(''),
  );
  return 0;
}

export async function imagesPull(call: KubeadmCall): Promise<number> {
  const { io } = call;
  for (const image of imagesOf(call)) {
    if (!image.includes('/pause:') && !findImageByName(image))
      return failed(
        io,
        `failed to pull image ${JSON.stringify(image)}: failed to pull image ${image}: rpc error: code = NotFound desc = failed to pull and unpack image ${JSON.stringify(image)}: failed to resolve image: ${image}: not found`,
      );
    await io.out(`[config/images] Pulled ${image}\n`);
  }
  return 0;
}
