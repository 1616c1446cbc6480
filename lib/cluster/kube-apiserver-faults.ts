import { createPrivateKey } from 'node:crypto';
import { MODES } from './access/modes.ts';
import { readCertificate } from './access/certificate-authority.ts';
import { pluginFlagsError } from './admission/index.ts';
import { readAuditPolicy } from './apiserver/audit/policy.ts';

/** Why an API server ends at once, and how far it has come (upstream logs a few lines first). */
export interface StartFault {
  error: string;
  stage: 'flags' | 'options' | 'config';
}

const list = (value: string | undefined) => (value ? value.split(',').filter(Boolean) : []);

const CIDR = /^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$|^[0-9a-fA-F:]*:[0-9a-fA-F:]*\/\d{1,3}$/;

/** Files that the API server reads when it starts, in the order in which it misses them. */
const FILES = [
  'tls-cert-file',
  'tls-private-key-file',
  'client-ca-file',
  'requestheader-client-ca-file',
  'service-account-key-file',
  'service-account-signing-key-file',
  'kubelet-client-certificate',
  'kubelet-client-key',
  'proxy-client-cert-file',
  'proxy-client-key-file',
] as const;

/** The etcd client's files, which are opened last. */
const ETCD_FILES = ['etcd-certfile', 'etcd-keyfile', 'etcd-cafile'] as const;

/** What is wrong with an API server's command line or files, in upstream's words; undefined when it can start. */
export function startFault(
  flags: ReadonlyMap<string, string>,
  readFile: (path: string) => Uint8Array | undefined,
): StartFault | undefined {
  const ranges = list(flags.get('service-cluster-ip-range'));
  const range = ranges.findIndex((r) => !CIDR.test(r));
  if (range >= 0) return { stage: 'flags', error: `service-cluster-ip-range[${range}] is not a valid cidr` };

  const mode = list(flags.get('authorization-mode')).find((m) => !MODES.includes(m));
  if (mode !== undefined)
    return { stage: 'options', error: `authorization-mode ${JSON.stringify(mode)} is not a valid mode` };
  const plugins = pluginFlagsError(
    list(flags.get('enable-admission-plugins')),
    list(flags.get('disable-admission-plugins')),
  );
  if (plugins) return { stage: 'options', error: plugins };

  const missing = (names: readonly string[]) =>
    names.map((name) => flags.get(name)).find((path) => path !== undefined && readFile(path) === undefined);
  const absent = missing(FILES);
  if (absent !== undefined) return { stage: 'config', error: `open ${absent}: no such file or directory` };
  const pair = pairFault(flags, readFile);
  if (pair) return { stage: 'config', error: pair };
  const etcd = missing(ETCD_FILES);
  if (etcd !== undefined)
    return { stage: 'config', error: `error creating storage factory: open ${etcd}: no such file or directory` };
  const config = flags.get('admission-control-config-file');
  if (config !== undefined && readFile(config) === undefined) {
    return {
      stage: 'config',
      error: `failed to apply admission: failed to read plugin config: unable to read admission control configuration from ${JSON.stringify(config)} [open ${config}: no such file or directory]`,
    };
  }
  const audit = flags.get('audit-policy-file');
  if (audit !== undefined && readFile(audit) === undefined) {
    return {
      stage: 'config',
      error: `loading audit policy file: failed to read file path ${JSON.stringify(audit)}: open ${audit}: no such file or directory`,
    };
  }
  if (audit !== undefined) {
    const reading = readAuditPolicy(Buffer.from(readFile(audit) ?? []).toString(), audit);
    if (!reading.ok) return { stage: 'config', error: `loading audit policy file: ${reading.error}` };
  }
  return undefined;
}

function pairFault(
  flags: ReadonlyMap<string, string>,
  readFile: (path: string) => Uint8Array | undefined,
): string | undefined {
  const text = (flag: string) => Buffer.from(readFile(flags.get(flag) ?? '') ?? []).toString();
  if (!flags.has('tls-cert-file')) return undefined;
  const certificate = readCertificate(text('tls-cert-file'));
  if (!certificate) return 'tls: failed to find any PEM data in certificate input';
  try {
    const fits = certificate.checkPrivateKey(createPrivateKey(text('tls-private-key-file')));
    return fits ? undefined : 'tls: private key does not match public key';
  } catch {
    return 'tls: failed to find any PEM data in key input';
  }
}

/** What the API server has logged when it ends with a fault, its last words included. */
export function faultLines({ stage, error }: StartFault, address: string, version: string): string[] {
  const lines = [
    `I options.go:263] external host was not specified, using ${address}`,
    `I server.go:150] Version: ${version}`,
    'I server.go:152] "Golang settings" GOGC="" GOMAXPROCS="" GOTRACEBACK=""',
  ];
  const shown = { flags: 0, options: 1, config: 3 }[stage];
  return [...lines.slice(0, shown), `E run.go:72] "command failed" err=${JSON.stringify(error)}`];
}
