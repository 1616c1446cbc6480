import { deepEqual } from '../../kit/deep.ts';
import { canonicalResource } from '../machinery/quantity.ts';
import { isNotFound } from '../machinery/status-error.ts';
import { runtimeclasses } from '../schema/generated/resources.ts';
import type { RuntimeClass, Toleration } from '../schema/generated/types.ts';
import { createsPod, refuse, type AdmissionContext, type AdmissionPlugin, type AdmissionRequest } from './plugin.ts';

const MISMATCH = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

async function classOf(
  request: AdmissionRequest,
  name: string | undefined,
  { client }: AdmissionContext,
): Promise<RuntimeClass | undefined> {
  if (name === undefined) return undefined;
  try {
    return await client.get(runtimeclasses, '', name);
  } catch (err) {
    if (!isNotFound(err)) throw err;
    throw refuse(request, `pod rejected: RuntimeClass "${name}" not found`);
  }
}

type Amounts = Readonly<Record<string, string>>;

const sameAmounts = (a: Amounts | undefined, b: Amounts | undefined) => {
  const canonical = (amounts: Amounts = {}) =>
    Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, canonicalResource(amount)]));
  return deepEqual(canonical(a), canonical(b));
};

/** Both lists without those that another one of them covers. */
function mergeTolerations(a: readonly Toleration[], b: readonly Toleration[]): Toleration[] {
  const all = [...a, ...b];
  const covers = (x: Toleration, y: Toleration) =>
    (!x.effect || x.effect === y.effect) &&
    (x.key ? x.key === y.key : x.operator === 'Exists') &&
    (x.operator === 'Exists' || ((y.operator ?? 'Equal') === 'Equal' && (x.value ?? '') === (y.value ?? ''))) &&
    (x.tolerationSeconds === undefined || x.tolerationSeconds === y.tolerationSeconds);
  return all.filter((t, i) => !all.some((o, j) => i !== j && covers(o, t) && (!covers(t, o) || j < i)));
}

/** Gives a pod the overhead, node selector and tolerations of its RuntimeClass. */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  enabledByDefault: true,
  async admit(request, context) {
    if (!createsPod(request)) return;
    const { spec } = request.object;
    const found = await classOf(request, spec.runtimeClassName, context);
    if (found?.overhead) {
      const fixed = found.overhead.podFixed;
      if (spec.overhead && !sameAmounts(fixed, spec.overhead)) throw refuse(request, MISMATCH);
      if (fixed) spec.overhead = { ...fixed };
    }
    if (!found?.scheduling) return;
    for (const [key, value] of Object.entries(found.scheduling.nodeSelector ?? {})) {
      const own = spec.nodeSelector?.[key];
      if (own !== undefined && own !== value) {
        throw refuse(
          request,
          `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`,
        );
      }
      (spec.nodeSelector ??= {})[key] = value;
    }
    const { tolerations = [] } = found.scheduling;
    if (tolerations.length) spec.tolerations = mergeTolerations(spec.tolerations ?? [], tolerations);
  },
  async validate(request, context) {
    if (!createsPod(request)) return;
    const { spec } = request.object;
    const found = await classOf(request, spec.runtimeClassName, context);
    if (found?.overhead) {
      if (!sameAmounts(found.overhead.podFixed, spec.overhead)) throw refuse(request, MISMATCH);
    } else if (spec.overhead) {
      throw refuse(request, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
    }
  },
};
