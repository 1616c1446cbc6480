import type { Toleration } from '../schema/generated/types.ts';
import { pods } from '../schema/generated/resources.ts';
import { writes, type AdmissionPlugin } from './plugin.ts';

const SECONDS = 300;
const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

const tolerates = (t: Toleration, key: string) => (!t.key || t.key === key) && (!t.effect || t.effect === 'NoExecute');

/** Pods stay five minutes on a node that is not ready or cannot be reached, unless they say otherwise: also after a change. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  enabledByDefault: true,
  admit(request) {
    if (!writes(request, pods, 'CREATE', 'UPDATE')) return;
    const { spec } = request.object;
    for (const key of TAINTS) {
      if (spec.tolerations?.some((t) => tolerates(t, key))) continue;
      const added = { effect: 'NoExecute', key, operator: 'Exists', tolerationSeconds: SECONDS };
      spec.tolerations = [...(spec.tolerations ?? []), added];
    }
  },
};
