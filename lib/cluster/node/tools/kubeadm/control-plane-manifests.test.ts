import { expect, test } from 'vitest';
import { withVersion } from './control-plane-manifests.ts';

test('a manifest gets another version of its own component alone', () => {
  const manifest =
    'spec:\n  containers:\n  - command:\n    - kube-apiserver\n    image: registry.k8s.io/kube-apiserver:v1.36.2\n';
  expect(withVersion(manifest, 'kube-apiserver', 'v1.36.3')).toBe(manifest.replace('v1.36.2', 'v1.36.3'));
  expect(withVersion(manifest, 'kube-scheduler', 'v1.36.3')).toBe(manifest);
});
