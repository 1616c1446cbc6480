import type { LifecycleHandler, Probe, SELinuxOptions } from '../../schema/generated/types.ts';
import {
  allContainers,
  inUserNamespace,
  named,
  plural,
  quoted,
  setters,
  sorted,
  unless,
  type Check,
  type CheckFunction,
} from './check.ts';

const APP_ARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/';

const CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

const appArmor: CheckFunction = ({ annotations, spec }) => {
  const bad = (type: string | undefined) => type !== undefined && type !== 'RuntimeDefault' && type !== 'Localhost';
  const podType = spec.securityContext?.appArmorProfile?.type;
  const containers = allContainers(spec).filter((c) => bad(c.securityContext?.appArmorProfile?.type));
  const notes = Object.entries(annotations)
    .filter(
      ([k, v]) =>
        k.startsWith(APP_ARMOR_ANNOTATION) && !(v === '' || v === 'runtime/default' || v.startsWith('localhost/')),
    )
    .map(([k, v]) => `${k}=${JSON.stringify(v)}`)
    .sort();
  const who = [setters(bad(podType), containers), notes.length ? plural('annotation', notes.length) : ''].filter(
    Boolean,
  );
  if (!who.length) return undefined;
  const types = containers.map((c) => c.securityContext?.appArmorProfile?.type ?? '');
  const values = [...sorted([...(bad(podType) ? [podType ?? ''] : []), ...types]), ...notes];
  return {
    reason: plural('forbidden AppArmor profile', values.length),
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

const capabilities: CheckFunction = ({ spec }) => {
  const beyond = (add: readonly string[] | undefined) => (add ?? []).filter((c) => !CAPABILITIES.has(c));
  const bad = allContainers(spec).filter((c) => beyond(c.securityContext?.capabilities?.add).length);
  if (!bad.length) return undefined;
  const added = sorted(bad.flatMap((c) => beyond(c.securityContext?.capabilities?.add)));
  return {
    reason: 'non-default capabilities',
    detail: `${setters(false, bad)} must not include ${quoted(added)} in securityContext.capabilities.add`,
  };
};

const hostNamespaces: CheckFunction = ({ spec }) => {
  const used = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => spec[name]);
  return used.length ? { reason: 'host namespaces', detail: used.map((name) => `${name}=true`).join(', ') } : undefined;
};

const hostPathVolumes: CheckFunction = ({ spec }) => {
  const names = (spec.volumes ?? []).filter((v) => v.hostPath).map((v) => v.name);
  return names.length ? { reason: 'hostPath volumes', detail: named('volume', names) } : undefined;
};

const hostPorts: CheckFunction = ({ spec }) => {
  const bad = allContainers(spec).filter((c) => c.ports?.some((p) => p.hostPort));
  if (!bad.length) return undefined;
  const ports = sorted(bad.flatMap((c) => (c.ports ?? []).flatMap((p) => (p.hostPort ? [String(p.hostPort)] : []))));
  const use = bad.length === 1 ? 'uses' : 'use';
  return {
    reason: 'hostPort',
    detail: `${setters(false, bad)} ${use} ${plural('hostPort', ports.length)} ${ports.join(', ')}`,
  };
};

const hostsOf = (h: Probe | LifecycleHandler | undefined): string[] =>
  [h?.httpGet?.host, h?.tcpSocket?.host].filter((host) => host !== undefined).filter(Boolean);

const hostProbes: CheckFunction = ({ spec }) => {
  const found = allContainers(spec)
    .map((c) => ({
      name: c.name,
      hosts: [c.livenessProbe, c.readinessProbe, c.startupProbe, c.lifecycle?.postStart, c.lifecycle?.preStop].flatMap(
        hostsOf,
      ),
    }))
    .filter((c) => c.hosts.length);
  if (!found.length) return undefined;
  const names = sorted(found.map((c) => c.name));
  const hosts = sorted(found.flatMap((c) => c.hosts));
  const use = names.length === 1 ? 'uses' : 'use';
  return {
    reason: 'probe or lifecycle host',
    detail: `${named('container', names)} ${use} ${named('probe or lifecycle host', hosts)}`,
  };
};

const privileged: CheckFunction = ({ spec }) => {
  const bad = allContainers(spec).filter((c) => c.securityContext?.privileged);
  return bad.length
    ? { reason: 'privileged', detail: `${setters(false, bad)} must not set securityContext.privileged=true` }
    : undefined;
};

export const procMount: CheckFunction = ({ spec }) => {
  const bad = allContainers(spec).filter((c) => (c.securityContext?.procMount ?? 'Default') !== 'Default');
  if (!bad.length) return undefined;
  const types = sorted(bad.map((c) => c.securityContext?.procMount ?? ''));
  return {
    reason: 'procMount',
    detail: `${setters(false, bad)} must not set securityContext.procMount to ${quoted(types)}`,
  };
};

const seLinux =
  (types: readonly string[]): CheckFunction =>
  ({ spec }) => {
    const bad = (o: SELinuxOptions | undefined) =>
      o !== undefined && (!types.includes(o.type ?? '') || Boolean(o.user) || Boolean(o.role));
    const ofPod = spec.securityContext?.seLinuxOptions;
    const containers = allContainers(spec).filter((c) => bad(c.securityContext?.seLinuxOptions));
    const who = setters(bad(ofPod), containers);
    if (!who) return undefined;
    const all = [ofPod, ...containers.map((c) => c.securityContext?.seLinuxOptions)].flatMap((o) =>
      o && bad(o) ? [o] : [],
    );
    const badTypes = sorted(all.map((o) => o.type ?? '').filter((t) => !types.includes(t)));
    const data = [
      ...(badTypes.length ? [named('type', badTypes)] : []),
      ...(all.some((o) => o.user) ? ['user may not be set'] : []),
      ...(all.some((o) => o.role) ? ['role may not be set'] : []),
    ];
    return {
      reason: 'seLinuxOptions',
      detail: `${who} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`,
    };
  };

export const badSeccomp = (type: string | undefined): boolean =>
  type !== undefined && type !== 'Localhost' && type !== 'RuntimeDefault';

/** What a pod sets to a profile that no level above privileged allows. */
export const seccomp: CheckFunction = ({ spec }) => {
  const ofPod = spec.securityContext?.seccompProfile?.type;
  const containers = allContainers(spec).filter((c) => badSeccomp(c.securityContext?.seccompProfile?.type));
  const who = setters(badSeccomp(ofPod), containers);
  if (!who) return undefined;
  const types = containers.map((c) => c.securityContext?.seccompProfile?.type ?? '');
  const values = sorted([...(badSeccomp(ofPod) ? [ofPod ?? ''] : []), ...types]);
  return {
    reason: 'seccompProfile',
    detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(values)}`,
  };
};

/** Before 1.19 profiles were annotations. */
const seccompAnnotations: CheckFunction = ({ annotations, spec }) => {
  const keys = [SECCOMP_POD_ANNOTATION, ...allContainers(spec).map((c) => SECCOMP_CONTAINER_ANNOTATION + c.name)];
  const fine = (v: string) => v === 'runtime/default' || v === 'docker/default' || v.startsWith('localhost/');
  const bad = sorted(
    keys.flatMap((key) => {
      const value = annotations[key];
      return value === undefined || fine(value) ? [] : [`${key}=${JSON.stringify(value)}`];
    }),
  );
  return bad.length
    ? { reason: 'seccompProfile', detail: `forbidden ${plural('annotation', bad.length)} ${bad.join(', ')}` }
    : undefined;
};

const sysctls =
  (allowed: readonly string[]): CheckFunction =>
  ({ spec }) => {
    const bad = (spec.securityContext?.sysctls ?? []).map((s) => s.name).filter((name) => !allowed.includes(name));
    return bad.length ? { reason: 'forbidden sysctls', detail: bad.join(', ') } : undefined;
  };

const windowsHostProcess: CheckFunction = ({ spec }) => {
  const bad = allContainers(spec).filter((c) => c.securityContext?.windowsOptions?.hostProcess);
  const who = setters(spec.securityContext?.windowsOptions?.hostProcess === true, bad);
  return who
    ? { reason: 'hostProcess', detail: `${who} must not set securityContext.windowsOptions.hostProcess=true` }
    : undefined;
};

const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t'];
const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
];
const SYSCTLS_1_27 = [...SYSCTLS, 'net.ipv4.ip_local_reserved_ports'];
const SYSCTLS_1_29 = [
  ...SYSCTLS_1_27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const SYSCTLS_1_32 = [...SYSCTLS_1_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

const baseline = (id: string, ...versions: Check['versions']): Check => ({ id, level: 'baseline', versions });

export const baselineChecks: readonly Check[] = [
  baseline('appArmorProfile', { since: 0, find: appArmor }),
  baseline('capabilities_baseline', { since: 0, find: capabilities }),
  baseline('hostNamespaces', { since: 0, find: hostNamespaces }),
  baseline('hostPathVolumes', { since: 0, find: hostPathVolumes }),
  baseline('hostPorts', { since: 0, find: hostPorts }),
  baseline('hostProbesAndHostLifecycle', { since: 34, find: hostProbes }),
  baseline('privileged', { since: 0, find: privileged }),
  baseline('procMount', { since: 0, find: procMount }, { since: 35, find: unless(inUserNamespace, procMount) }),
  baseline(
    'seLinuxOptions',
    { since: 0, find: seLinux(SELINUX_TYPES) },
    { since: 31, find: seLinux([...SELINUX_TYPES, 'container_engine_t']) },
  ),
  baseline('seccompProfile_baseline', { since: 0, find: seccompAnnotations }, { since: 19, find: seccomp }),
  baseline(
    'sysctls',
    { since: 0, find: sysctls(SYSCTLS) },
    { since: 27, find: sysctls(SYSCTLS_1_27) },
    { since: 29, find: sysctls(SYSCTLS_1_29) },
    { since: 32, find: sysctls(SYSCTLS_1_32) },
  ),
  baseline('windowsHostProcess', { since: 0, find: windowsHostProcess }),
];
