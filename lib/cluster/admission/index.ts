import { alwaysAdmit } from './always-admit.ts';
import { alwaysDeny } from './always-deny.ts';
import { alwaysPullImages } from './always-pull-images.ts';
import { certificateApproval } from './certificates/certificate-approval.ts';
import { certificateSigning } from './certificates/certificate-signing.ts';
import { certificateSubjectRestriction } from './certificates/certificate-subject-restriction.ts';
import { defaultIngressClass } from './default-ingress-class.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { denyServiceExternalIPs } from './deny-service-external-ips.ts';
import { mutatingAdmissionPolicy } from './dynamic/mutating-admission-policy.ts';
import { validatingAdmissionPolicy } from './dynamic/validating-admission-policy.ts';
import { mutatingAdmissionWebhook, validatingAdmissionWebhook } from './dynamic/webhooks.ts';
import { extendedResourceToleration } from './extended-resource-toleration.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceAutoProvision } from './namespace-auto-provision.ts';
import { namespaceExists } from './namespace-exists.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeRestriction } from './node-restriction/node-restriction.ts';
import { ownerReferencesPermissionEnforcement } from './owner-references-permission-enforcement.ts';
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { podNodeSelector } from './pod-node-selector.ts';
import { podSecurity } from './pod-security/pod-security.ts';
import { priority } from './priority.ts';
import { rbacEscalation } from './rbac/escalation.ts';
import { resourceQuota } from './resource-quota.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { storageObjectInUseProtection } from './storage-object-in-use-protection.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';

/** All plugins in upstream's order (kubeapiserver/options/plugins.go): the order in which they see a request. */
export const admissionPlugins: readonly AdmissionPlugin[] = [
  alwaysAdmit,
  namespaceAutoProvision,
  namespaceLifecycle,
  namespaceExists,
  limitRanger,
  serviceAccount,
  nodeRestriction,
  taintNodesByCondition,
  alwaysPullImages,
  podSecurity,
  podNodeSelector,
  priority,
  defaultTolerationSeconds,
  extendedResourceToleration,
  defaultStorageClass,
  storageObjectInUseProtection,
  ownerReferencesPermissionEnforcement,
  persistentVolumeClaimResize,
  runtimeClass,
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  defaultIngressClass,
  denyServiceExternalIPs,
  mutatingAdmissionPolicy,
  mutatingAdmissionWebhook,
  validatingAdmissionPolicy,
  validatingAdmissionWebhook,
  resourceQuota,
  alwaysDeny,
];

/** What the API server checks whatever its flags say; after all mutating plugins. */
const ALWAYS: readonly AdmissionPlugin[] = [rbacEscalation];

/** Plugins that upstream has and whose work shows nowhere in a simulated cluster: they may be switched on and off. */
const WITHOUT_EFFECT = [
  'ClusterTrustBundleAttest',
  'JobValidation',
  'LimitPodHardAntiAffinityTopology',
  'NodeDeclaredFeatureValidator',
  'PodGroupProtection',
  'PodGroupWorkloadExists',
  'PodResizeValidator',
  'PodTopologyLabels',
];

/** Plugins that upstream has and that are not simulated: whoever asks for one is told so. */
const NOT_SIMULATED = ['EventRateLimit', 'ImagePolicyWebhook', 'PodTolerationRestriction'];

const isKnown = (name: string) =>
  admissionPlugins.some((p) => p.name === name) || WITHOUT_EFFECT.includes(name) || NOT_SIMULATED.includes(name);

/** What is wrong with the two flags, as upstream words it; it ends the API server. */
export function pluginFlagsError(enable: readonly string[], disable: readonly string[]): string | undefined {
  const unknown = (flag: string, names: readonly string[]) => {
    const name = names.find((n) => !isKnown(n));
    return name === undefined ? undefined : `${flag} plugin ${JSON.stringify(name)} is unknown`;
  };
  const wrong = unknown('enable-admission-plugins', enable) ?? unknown('disable-admission-plugins', disable);
  if (wrong) return wrong;
  const both = enable.filter((name) => disable.includes(name));
  if (both.length) return `[${both.join(' ')}] in enable-admission-plugins and disable-admission-plugins overlapped`;
  const missing = enable.find((name) => NOT_SIMULATED.includes(name));
  return missing && `the admission plugin ${missing} is not simulated by Drydock`;
}

/** The plugins that an API server runs, given `--enable-admission-plugins` and `--disable-admission-plugins`. */
export function enabledPlugins(enable: readonly string[], disable: readonly string[]): AdmissionPlugin[] {
  const chosen = admissionPlugins.filter(
    (p) => !disable.includes(p.name) && (p.enabledByDefault || enable.includes(p.name)),
  );
  return [...chosen, ...ALWAYS];
}
