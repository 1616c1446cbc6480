import { z } from 'zod';
import type { KubeJson } from '../../fleet/index.ts';
import { defineCheck, failed, passed } from './check.ts';
import { isMissing, objectRef, showRef } from './object-ref.ts';

interface Progress {
  wanted: number;
  ready: number;
}

type Counts = Partial<Record<string, number>>;

/** How many of a workload's pods are asked for, and how many of them are ready and of the newest template. */
function progress(kind: string, object: KubeJson): Progress | undefined {
  const spec = (object.spec ?? {}) as Counts;
  const status = (object.status ?? {}) as Counts;
  const generation = (object.metadata as { generation?: number }).generation ?? 0;
  const seen = (status.observedGeneration ?? 0) >= generation;
  const least = (...counts: (number | undefined)[]) => (seen ? Math.min(...counts.map((c) => c ?? 0)) : 0);
  switch (kind) {
    case 'Deployment':
      return { wanted: spec.replicas ?? 1, ready: least(status.availableReplicas, status.updatedReplicas) };
    case 'StatefulSet':
      return { wanted: spec.replicas ?? 1, ready: least(status.readyReplicas, status.updatedReplicas) };
    case 'DaemonSet':
      return {
        wanted: status.desiredNumberScheduled ?? 0,
        ready: least(status.numberReady, status.updatedNumberScheduled),
      };
    case 'Job':
      return { wanted: spec.completions ?? 1, ready: status.succeeded ?? 0 };
    default:
      return undefined;
  }
}

function conditionOf(
  object: KubeJson,
  type: string,
): { status?: string; reason?: string; message?: string } | undefined {
  const { conditions } = (object.status ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions?.find((c) => c.type === type);
}

/**
 * A workload has all its pods ready and of the newest template (`replicas`: and exactly that many are asked for); a Job has
 * completed; anything else has the condition `condition` (`Ready` unless named).
 */
export const ready = defineCheck({
  verb: 'ready',
  spec: objectRef.extend({ replicas: z.int().min(0).optional(), condition: z.string().optional() }),
  async run({ replicas, condition, ...ref }, access) {
    const object = await access.get(ref);
    if (!object) return isMissing(ref);
    const counts = condition ? undefined : progress(ref.kind, object);
    if (counts) {
      const wanted = replicas ?? counts.wanted;
      const expected = `${wanted}/${wanted}`;
      const found = `${counts.ready}/${counts.wanted}`;
      if (found === expected) return passed(expected);
      return failed(expected, found, {
        en: `${showRef(ref)} has ${counts.ready} of ${wanted} ready.`,
        ko: `${ref.kind} ${ref.name}: ${wanted}개 중 ${counts.ready}개만 준비되었습니다.`,
      });
    }
    const type = condition ?? 'Ready';
    const now = conditionOf(object, type);
    const found = `${type}=${now?.status ?? 'Unknown'}${now?.reason ? ` (${now.reason})` : ''}`;
    if (now?.status === 'True') return passed(`${type}=True`);
    return failed(`${type}=True`, found, {
      en: `${showRef(ref)} is not ${type}${now?.message ? `: ${now.message}` : '.'}`,
      ko: `${ref.kind} ${ref.name}이(가) ${type} 상태가 아닙니다${now?.message ? `: ${now.message}` : '.'}`,
    });
  },
});
