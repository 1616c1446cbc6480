import { defaultIngressClass } from './default-ingress-class.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { priority } from './priority.ts';
import { resourceQuota } from './resource-quota.ts';
import { serviceAccount } from './service-account.ts';
import { storageObjectInUseProtection } from './storage-object-in-use-protection.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';

/** All plugins in upstream's order (kubeapiserver/options/plugins.go): the order in which they see a request. */
export const admissionPlugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  taintNodesByCondition,
  priority,
  defaultTolerationSeconds,
  storageObjectInUseProtection,
  defaultStorageClass,
  persistentVolumeClaimResize,
  defaultIngressClass,
  resourceQuota,
];

/** The plugins that an API server runs, given `--enable-admission-plugins` and `--disable-admission-plugins`. */
export function enabledPlugins(enable: readonly string[], disable: readonly string[]): AdmissionPlugin[] {
  return admissionPlugins.filter((p) => !disable.includes(p.name) && (p.enabledByDefault || enable.includes(p.name)));
}
