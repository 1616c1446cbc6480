const STABILITY = ['alpha', 'beta', ''];

/** Upstream's order of versions: v2, v1, v1beta2, v1beta1, v1alpha1, then all others by name. */
export function byVersionPriority(a: string, b: string): number {
  const rank = (v: string) => {
    const m = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(v);
    return m ? [STABILITY.indexOf(m[2] ?? ''), Number(m[1]), Number(m[3] ?? 0)] : undefined;
  };
  const left = rank(a);
  const right = rank(b);
  if (!left || !right) return left ? -1 : right ? 1 : a < b ? -1 : a > b ? 1 : 0;
  for (const [i, l] of left.entries()) if (l !== right[i]) return (right[i] ?? 0) - l;
  return 0;
}
