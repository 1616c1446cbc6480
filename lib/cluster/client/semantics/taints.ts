import type { Node, Pod, Taint, Toleration } from '../../schema/generated/types.ts';

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator) {
    case 'Exists':
      return true;
    case 'Lt':
      return isNumber(taint.value) && isNumber(toleration.value) && Number(taint.value) < Number(toleration.value);
    case 'Gt':
      return isNumber(taint.value) && isNumber(toleration.value) && Number(taint.value) > Number(toleration.value);
    default:
      return Boolean(toleration.key) && (toleration.value ?? '') === (taint.value ?? '');
  }
}

const isNumber = (text: string | undefined): boolean => text !== undefined && /^-?\d+$/.test(text);

/** A node's taints of these effects that a pod does not tolerate. */
export function untolerated(pod: Pod, node: Node, ...effects: string[]): Taint[] {
  return (node.spec.taints ?? []).filter(
    (taint) => effects.includes(taint.effect) && !(pod.spec.tolerations ?? []).some((t) => tolerates(t, taint)),
  );
}
