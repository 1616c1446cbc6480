import { expect, test } from 'vitest';
import { admissionPlugins, enabledPlugins, pluginFlagsError } from './index.ts';

/** As a kube-apiserver 1.36 of kubeadm logs them at its start, without those that change nothing in a simulated cluster. */
const MUTATING =
  'NamespaceLifecycle,LimitRanger,ServiceAccount,NodeRestriction,TaintNodesByCondition,Priority,DefaultTolerationSeconds,DefaultStorageClass,StorageObjectInUseProtection,RuntimeClass,DefaultIngressClass,MutatingAdmissionPolicy,MutatingAdmissionWebhook';

test('mutating plugins run in upstream’s order', () => {
  const running = enabledPlugins(['NodeRestriction'], []).filter((p) => 'admit' in p);
  expect(running.map((p) => p.name).join()).toBe(`${MUTATING},RBACEscalation`);
});

test('every plugin has a name of its own', () => {
  expect(new Set(admissionPlugins.map((p) => p.name)).size).toBe(admissionPlugins.length);
});

test('flags that name no plugin end the API server', () => {
  expect(pluginFlagsError(['NodeRestrictions'], [])).toBe(
    'enable-admission-plugins plugin "NodeRestrictions" is unknown',
  );
  expect(pluginFlagsError([], ['PodSecurityPolicy'])).toBe(
    'disable-admission-plugins plugin "PodSecurityPolicy" is unknown',
  );
  expect(pluginFlagsError(['ImagePolicyWebhook'], [])).toContain('is not simulated');
  expect(pluginFlagsError(['NodeRestriction', 'PodTopologyLabels'], ['PodSecurity'])).toBeUndefined();
});
