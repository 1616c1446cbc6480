import type { Volume } from '../../schema/generated/types.ts';
import { badSeccomp, procMount, seccomp } from './baseline-checks.ts';
import {
  allContainers,
  inUserNamespace,
  named,
  onWindows,
  quoted,
  setters,
  sorted,
  unless,
  type Check,
  type CheckFunction,
} from './check.ts';

const allowPrivilegeEscalation: CheckFunction = ({ spec }) => {
  const bad = allContainers(spec).filter((c) => c.securityContext?.allowPrivilegeEscalation !== false);
  return bad.length
    ? {
        reason: 'allowPrivilegeEscalation != false',
        detail: `${setters(false, bad)} must set securityContext.allowPrivilegeEscalation=false`,
      }
    : undefined;
};

const capabilities: CheckFunction = ({ spec }) => {
  const beyond = (add: readonly string[] | undefined) => (add ?? []).filter((c) => c !== 'NET_BIND_SERVICE');
  const keeping = allContainers(spec).filter((c) => !c.securityContext?.capabilities?.drop?.includes('ALL'));
  const adding = allContainers(spec).filter((c) => beyond(c.securityContext?.capabilities?.add).length);
  const added = sorted(adding.flatMap((c) => beyond(c.securityContext?.capabilities?.add)));
  const details = [
    ...(keeping.length ? [`${setters(false, keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length
      ? [`${setters(false, adding)} must not include ${quoted(added)} in securityContext.capabilities.add`]
      : []),
  ];
  return details.length ? { reason: 'unrestricted capabilities', detail: details.join('; ') } : undefined;
};

const VOLUMES: readonly (keyof Volume)[] = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

const restrictedVolumes: CheckFunction = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter((v) => !VOLUMES.some((type) => v[type] !== undefined));
  if (!bad.length) return undefined;
  const types = sorted(bad.map((v) => Object.keys(v).find((k) => k !== 'name') ?? 'unknown'));
  const names = bad.map((v) => v.name);
  const use = names.length === 1 ? 'uses' : 'use';
  return {
    reason: 'restricted volume types',
    detail: `${named('volume', names)} ${use} ${named('restricted volume type', types)}`,
  };
};

const runAsNonRoot: CheckFunction = ({ spec }) => {
  const reason = 'runAsNonRoot != true';
  const ofPod = spec.securityContext?.runAsNonRoot;
  const containers = allContainers(spec);
  const root = containers.filter((c) => c.securityContext?.runAsNonRoot === false);
  const who = setters(ofPod === false, root);
  if (who) return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` };
  const silent = containers.filter((c) => !ofPod && c.securityContext?.runAsNonRoot === undefined);
  return silent.length
    ? { reason, detail: `pod or ${setters(false, silent)} must set securityContext.runAsNonRoot=true` }
    : undefined;
};

const runAsUser: CheckFunction = ({ spec }) => {
  const root = allContainers(spec).filter((c) => c.securityContext?.runAsUser === 0);
  const who = setters(spec.securityContext?.runAsUser === 0, root);
  return who ? { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` } : undefined;
};

const seccompRestricted: CheckFunction = (pod) => {
  const forbidden = seccomp(pod);
  if (forbidden) return forbidden;
  const ofPod = pod.spec.securityContext?.seccompProfile?.type;
  const covered = ofPod !== undefined && !badSeccomp(ofPod);
  const silent = allContainers(pod.spec).filter((c) => !covered && !c.securityContext?.seccompProfile);
  return silent.length
    ? {
        reason: 'seccompProfile',
        detail: `pod or ${setters(false, silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
      }
    : undefined;
};

const restricted = (id: string, ...versions: Check['versions']): Check => ({ id, level: 'restricted', versions });

export const restrictedChecks: readonly Check[] = [
  restricted(
    'allowPrivilegeEscalation',
    { since: 8, find: allowPrivilegeEscalation },
    { since: 25, find: unless(onWindows, allowPrivilegeEscalation) },
  ),
  restricted(
    'capabilities_restricted',
    { since: 22, find: capabilities, overrides: 'capabilities_baseline' },
    { since: 25, find: unless(onWindows, capabilities), overrides: 'capabilities_baseline' },
  ),
  restricted('procMount_restricted', { since: 35, find: procMount, overrides: 'procMount' }),
  restricted('restrictedVolumes', { since: 0, find: restrictedVolumes, overrides: 'hostPathVolumes' }),
  restricted(
    'runAsNonRoot',
    { since: 0, find: runAsNonRoot },
    { since: 35, find: unless(inUserNamespace, runAsNonRoot) },
  ),
  restricted('runAsUser', { since: 23, find: runAsUser }, { since: 35, find: unless(inUserNamespace, runAsUser) }),
  restricted(
    'seccompProfile_restricted',
    { since: 19, find: seccompRestricted, overrides: 'seccompProfile_baseline' },
    { since: 25, find: unless(onWindows, seccompRestricted), overrides: 'seccompProfile_baseline' },
  ),
];
