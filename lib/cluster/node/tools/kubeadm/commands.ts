/** A command of kubeadm for its help: children by name. */
export interface Command {
  short: string;
  children?: Readonly<Record<string, Command>>;
  /** Names of flags, `-h, --help` aside, with what they do; a command without any shows the common ones only. */
  flags?: readonly (readonly [flag: string, what: string])[];
}

const leaf = (short: string): Command => ({ short });
const leaves = (list: Readonly<Record<string, string>>): Record<string, Command> =>
  Object.fromEntries(Object.entries(list).map(([name, short]) => [name, leaf(short)]));
const group = (short: string, children: Record<string, Command>): Command => ({ short, children });

const RENEW = leaves({
  'admin.conf': 'Renew the certificate embedded in the kubeconfig file for the admin to use and for kubeadm itself',
  all: 'Renew all available certificates',
  apiserver: 'Renew the certificate for serving the Kubernetes API',
  'apiserver-etcd-client': 'Renew the certificate the apiserver uses to access etcd',
  'apiserver-kubelet-client': 'Renew the certificate for the API server to connect to kubelet',
  'controller-manager.conf': 'Renew the certificate embedded in the kubeconfig file for the controller manager to use',
  'etcd-healthcheck-client': 'Renew the certificate for liveness probes to healthcheck etcd',
  'etcd-peer': 'Renew the certificate for etcd nodes to communicate with each other',
  'etcd-server': 'Renew the certificate for serving etcd',
  'front-proxy-client': 'Renew the certificate for the front proxy client',
  'scheduler.conf': 'Renew the certificate embedded in the kubeconfig file for the scheduler manager to use',
  'super-admin.conf': 'Renew the certificate embedded in the kubeconfig file for the super-admin',
});

/** The phases of init in the order in which they run. */
const INIT_PHASES: Readonly<Record<string, Command>> = {
  preflight: leaf('Run pre-flight checks'),
  certs: group(
    'Certificate generation',
    leaves({
      ca: 'Generate the self-signed Kubernetes CA to provision identities for other Kubernetes components',
      apiserver: 'Generate the certificate for serving the Kubernetes API',
      'apiserver-kubelet-client': 'Generate the certificate for the API server to connect to kubelet',
      'front-proxy-ca': 'Generate the self-signed CA to provision identities for front proxy',
      'front-proxy-client': 'Generate the certificate for the front proxy client',
      'etcd-ca': 'Generate the self-signed CA to provision identities for etcd',
      'etcd-server': 'Generate the certificate for serving etcd',
      'etcd-peer': 'Generate the certificate for etcd nodes to communicate with each other',
      'etcd-healthcheck-client': 'Generate the certificate for liveness probes to healthcheck etcd',
      'apiserver-etcd-client': 'Generate the certificate the apiserver uses to access etcd',
      sa: 'Generate a private key for signing service account tokens along with its public key',
    }),
  ),
  kubeconfig: group(
    'Generate all kubeconfig files necessary to establish the control plane and the admin kubeconfig file',
    leaves({
      admin: 'Generate a kubeconfig file for the admin to use and for kubeadm itself',
      'super-admin': 'Generate a kubeconfig file for the super-admin',
      kubelet: 'Generate a kubeconfig file for the kubelet to use *only* for cluster bootstrapping purposes',
      'controller-manager': 'Generate a kubeconfig file for the controller manager to use',
      scheduler: 'Generate a kubeconfig file for the scheduler to use',
    }),
  ),
  etcd: group(
    'Generate static Pod manifest file for local etcd',
    leaves({ local: 'Generate the static Pod manifest file for a local, single-node local etcd instance' }),
  ),
  'control-plane': group(
    'Generate all static Pod manifest files necessary to establish the control plane',
    leaves({
      apiserver: 'Generates the kube-apiserver static Pod manifest',
      'controller-manager': 'Generates the kube-controller-manager static Pod manifest',
      scheduler: 'Generates the kube-scheduler static Pod manifest',
    }),
  ),
  'kubelet-start': leaf('Write kubelet settings and (re)start the kubelet'),
  'wait-control-plane': leaf('Wait for the control plane to start'),
  'upload-config': group(
    'Upload the kubeadm and kubelet configuration to a ConfigMap',
    leaves({
      kubeadm: 'Upload the kubeadm ClusterConfiguration to a ConfigMap',
      kubelet: 'Upload the kubelet component config to a ConfigMap',
    }),
  ),
  'upload-certs': leaf('Upload certificates to kubeadm-certs'),
  'mark-control-plane': leaf('Mark a node as a control-plane'),
  'bootstrap-token': leaf('Generates bootstrap tokens used to join a node to a cluster'),
  'kubelet-finalize': group(
    'Updates settings relevant to the kubelet after TLS bootstrap',
    leaves({ 'enable-client-cert-rotation': 'Enable kubelet client certificate rotation' }),
  ),
  addon: group(
    'Install required addons for passing conformance tests',
    leaves({
      coredns: 'Install the CoreDNS addon to a Kubernetes cluster',
      'kube-proxy': 'Install the kube-proxy addon to a Kubernetes cluster',
    }),
  ),
  'show-join-command': leaf('Show the join command for control-plane and worker node'),
};

const JOIN_PHASES = leaves({
  'control-plane-join': 'Join a machine as a control plane instance',
  'control-plane-prepare': 'Prepare the machine for serving a control plane',
  'etcd-join': 'Join etcd for control plane nodes',
  'kubelet-start': 'Write kubelet settings, certificates and (re)start the kubelet',
  'kubelet-wait-bootstrap': 'Wait for the kubelet to bootstrap itself',
  preflight: 'Run join pre-flight checks',
  'wait-control-plane': 'Wait for the control plane to start',
});

const phase = (of: string, children: Readonly<Record<string, Command>>): Record<string, Command> => ({
  phase: group(`Use this command to invoke single phase of the "${of}" workflow`, { ...children }),
});

export const KUBEADM: Command = group('kubeadm: easily bootstrap a secure Kubernetes cluster', {
  certs: group('Commands related to handling Kubernetes certificates', {
    'certificate-key': leaf('Generate certificate keys'),
    'check-expiration': leaf('Check certificates expiration for a Kubernetes cluster'),
    'generate-csr': leaf('Generate keys and certificate signing requests'),
    renew: group('Renew certificates for a Kubernetes cluster', RENEW),
  }),
  completion: leaf('Output shell completion code for the specified shell (bash or zsh)'),
  config: group('Manage configuration for a kubeadm cluster persisted in a ConfigMap in the cluster', {
    images: group(
      'Interact with container images used by kubeadm',
      leaves({
        list: 'Print a list of images kubeadm will use. The configuration file is used in case any images or image repositories are customized',
        pull: 'Pull images used by kubeadm',
      }),
    ),
    migrate: leaf(
      'Read an older version of the kubeadm configuration API types from a file, and output the similar config object for the newer version',
    ),
    print: group(
      'Print configuration',
      leaves({
        'init-defaults': "Print default init configuration, that can be used for 'kubeadm init'",
        'join-defaults': "Print default join configuration, that can be used for 'kubeadm join'",
        'reset-defaults': "Print default reset configuration, that can be used for 'kubeadm reset'",
        'upgrade-defaults': "Print default upgrade configuration, that can be used for 'kubeadm upgrade'",
      }),
    ),
    validate: leaf('Read a file containing the kubeadm configuration API and report any validation problems'),
  }),
  help: leaf('Help about any command'),
  init: group('Run this command in order to set up the Kubernetes control plane', phase('init', INIT_PHASES)),
  join: group('Run this on any machine you wish to join an existing cluster', phase('join', JOIN_PHASES)),
  kubeconfig: group('Kubeconfig file utilities', leaves({ user: 'Output a kubeconfig file for an additional user' })),
  reset: leaf("Performs a best effort revert of changes made to this host by 'kubeadm init' or 'kubeadm join'"),
  token: group(
    'Manage bootstrap tokens',
    leaves({
      create: 'Create bootstrap tokens on the server',
      delete: 'Delete bootstrap tokens on the server',
      generate: 'Generate and print a bootstrap token, but do not create it on the server',
      list: 'List bootstrap tokens on the server',
    }),
  ),
  upgrade: group('Upgrade your cluster smoothly to a newer version with this command', {
    apply: leaf('Upgrade your Kubernetes cluster to the specified version'),
    diff: leaf(
      'Show what differences would be applied to existing static pod manifests. See also: kubeadm upgrade apply --dry-run',
    ),
    node: {
      short: 'Upgrade commands for a node in the cluster',
      flags: [
        ['--certificate-renewal', 'Perform the renewal of certificates used by component changed during upgrades.'],
        ['--config string', 'Path to a kubeadm configuration file.'],
        ['--dry-run', "Don't apply any changes; just output what would be done."],
        ['--etcd-upgrade', 'Perform the upgrade of etcd.'],
        ['-h, --help', 'help for node'],
        ['--ignore-preflight-errors strings', 'A list of checks whose errors will be shown as warnings.'],
        ['--kubeconfig string', 'The kubeconfig file to use when talking to the cluster.'],
        ['--patches string', 'Path to a directory with patch files.'],
        ['--skip-phases strings', 'List of phases to be skipped'],
      ],
    },
    plan: leaf(
      'Check which versions are available to upgrade to and validate whether your current cluster is upgradeable.',
    ),
  }),
  version: leaf('Print the version of kubeadm'),
});

const GLOBAL_FLAGS: readonly (readonly [string, string])[] = [
  ['--rootfs string', "The path to the 'real' host root filesystem."],
  ['-v, --v Level', 'number for the log level verbosity'],
  ['--vmodule pattern=N,...', 'comma-separated list of pattern=N settings for file-filtered logging'],
];

const flagLines = (flags: readonly (readonly [string, string])[]) => {
  const shown = flags.map(([flag, what]) => [flag.startsWith('--') ? `    ${flag}` : flag, what] as const);
  const width = Math.max(...shown.map(([flag]) => flag.length));
  return shown.map(([flag, what]) => `  ${flag.padEnd(width)}   ${what}\n`).join('');
};

/** The block of `kubeadm init --help` that lists its phases. */
function phaseBlock(phases: Readonly<Record<string, Command>>): string {
  const rows = Object.entries(phases).flatMap(([name, { short, children = {} }]) => [
    [name, short],
    ...Object.entries(children).map(([sub, c]) => [`  /${sub}`, c.short]),
  ]);
  const width = Math.max(...rows.map(([name = '']) => name.length)) + 1;
  return `The "init" command executes the following phases:\n\`\`\`\n${rows.map(([name = '', short = '']) => `${name.padEnd(width)} ${short}\n`).join('')}\`\`\`\n`;
}

/** What `--help` prints for a command, named by its words: `['certs', 'renew']`. */
export function helpOf(words: readonly string[], command: Command): string {
  const path = ['kubeadm', ...words].join(' ');
  const children = Object.entries(command.children ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(11, ...children.map(([name]) => name.length));
  const own: readonly (readonly [string, string])[] = command.flags ?? [
    ['-h, --help', `help for ${words.at(-1) ?? 'kubeadm'}`],
  ];
  return [
    `${command.short}\n`,
    ...(path === 'kubeadm init' ? [phaseBlock(INIT_PHASES)] : []),
    `Usage:\n${children.length && path !== 'kubeadm init' && path !== 'kubeadm join' ? '' : `  ${path} [flags]\n`}${children.length ? `  ${path} [command]\n` : ''}`,
    ...(children.length
      ? [`Available Commands:\n${children.map(([name, c]) => `  ${name.padEnd(width)} ${c.short}\n`).join('')}`]
      : []),
    `Flags:\n${flagLines(words.length ? own : [...own, ...GLOBAL_FLAGS])}`,
    ...(words.length ? [`Global Flags:\n${flagLines(GLOBAL_FLAGS)}`] : []),
    ...(children.length ? [`Use "${path} [command] --help" for more information about a command.\n`] : []),
  ].join('\n');
}
