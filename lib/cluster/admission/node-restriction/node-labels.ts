const KUBELET_LABELS = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
]);
const KUBELET_DOMAINS = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
const RESERVED_DOMAIN = 'node-restriction.kubernetes.io';
const KUBERNETES_DOMAINS = ['kubernetes.io', 'k8s.io'];

type Labels = Readonly<Record<string, string>>;

function isForbidden(label: string): boolean {
  const domain = label.includes('/') ? (label.split('/')[0] ?? '') : '';
  const within = (parent: string) => domain === parent || domain.endsWith(`.${parent}`);
  if (within(RESERVED_DOMAIN)) return true;
  return KUBERNETES_DOMAINS.some(within) && !KUBELET_LABELS.has(label) && !KUBELET_DOMAINS.some(within);
}

/** Labels that a kubelet sets, changes or removes although they are not its own to decide, sorted. */
export function forbiddenLabels(now: Labels = {}, before: Labels = {}): string[] {
  const changed = [...new Set([...Object.keys(now), ...Object.keys(before)])].filter((l) => now[l] !== before[l]);
  return changed.filter(isForbidden).sort();
}
