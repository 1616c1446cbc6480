import { selects } from '../../machinery/selector.ts';
import type { Pod, PodAffinityTerm } from '../../schema/generated/types.ts';
import { unfit, type Plugin, type Snapshot } from '../framework.ts';

/** Whether a term of `owner` selects `pod`. */
function matches(term: PodAffinityTerm, owner: Pod, pod: Pod, snapshot: Pick<Snapshot, 'namespaces'>): boolean {
  const { namespace = '' } = pod.metadata;
  const listed = term.namespaces ?? [];
  const inScope =
    listed.includes(namespace) ||
    (listed.length === 0 && !term.namespaceSelector && namespace === owner.metadata.namespace) ||
    (term.namespaceSelector !== undefined &&
      selects(term.namespaceSelector, snapshot.namespaces.get('', namespace)?.metadata.labels));
  if (!inScope || !selects(term.labelSelector, pod.metadata.labels)) return false;
  const same = (key: string) => owner.metadata.labels?.[key] === pod.metadata.labels?.[key];
  return (
    (term.matchLabelKeys ?? []).every((key) => owner.metadata.labels?.[key] === undefined || same(key)) &&
    (term.mismatchLabelKeys ?? []).every((key) => owner.metadata.labels?.[key] === undefined || !same(key))
  );
}

const required = (pod: Pod, kind: 'podAffinity' | 'podAntiAffinity'): PodAffinityTerm[] =>
  pod.spec.affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];

const preferred = (pod: Pod, kind: 'podAffinity' | 'podAntiAffinity') =>
  pod.spec.affinity?.[kind]?.preferredDuringSchedulingIgnoredDuringExecution ?? [];

/** Places of a topology, as `key=value`. */
type Places = Map<string, number>;

function place(node: Snapshot['nodes'][number], key: string): string | undefined {
  const value = node.node.metadata.labels?.[key];
  return value === undefined ? undefined : `${key}=${value}`;
}

function count(places: Places, at: string | undefined, by = 1): void {
  if (at !== undefined) places.set(at, (places.get(at) ?? 0) + by);
}

/** Pods that want to be, or not to be, near other pods. */
export const interPodAffinity: Plugin = {
  name: 'InterPodAffinity',
  events: ['pod', 'node', 'namespace'],
  helps(pod, happening, snapshot) {
    const near = required(pod, 'podAffinity');
    const apart = required(pod, 'podAntiAffinity');
    if (happening.event === 'pod') {
      const { now, before } = happening;
      const wanted = (other?: Pod) =>
        other !== undefined && near.length > 0 && near.every((term) => matches(term, pod, other, snapshot));
      const avoided = (other?: Pod) =>
        other !== undefined &&
        (apart.some((term) => matches(term, pod, other, snapshot)) ||
          required(other, 'podAntiAffinity').some((term) => matches(term, other, pod, snapshot)));
      // The last pod of a group that wants to be together goes: the next one may start anywhere.
      return wanted(now) !== wanted(before) || (avoided(before) && !avoided(now));
    }
    if (happening.event !== 'node') return true;
    const labels = happening.now.metadata.labels ?? {};
    const old = happening.before?.metadata.labels;
    const keys = [...near, ...apart].map((term) => term.topologyKey);
    return !old || keys.some((key) => labels[key] !== old[key]);
  },
  filter(pod, snapshot) {
    const near = required(pod, 'podAffinity');
    const apart = required(pod, 'podAntiAffinity');
    const nearby: Places = new Map();
    const occupied: Places = new Map();
    const refused: Places = new Map();
    for (const node of snapshot.nodes) {
      for (const other of node.pods) {
        for (const term of required(other, 'podAntiAffinity')) {
          if (matches(term, other, pod, snapshot)) count(refused, place(node, term.topologyKey));
        }
        // Affinity counts the pods that meet all terms together.
        if (near.length > 0 && near.every((term) => matches(term, pod, other, snapshot))) {
          for (const term of near) count(nearby, place(node, term.topologyKey));
        }
        for (const term of apart) {
          if (matches(term, pod, other, snapshot)) count(occupied, place(node, term.topologyKey));
        }
      }
    }
    if (near.length + apart.length + refused.size === 0) return undefined;
    // The first pod of a group that wants to be together may start anywhere.
    const first = nearby.size === 0 && near.every((term) => matches(term, pod, pod, snapshot));
    return (node) => {
      const placed = near.every((term) => {
        const at = place(node, term.topologyKey);
        return at !== undefined && (first || nearby.has(at));
      });
      if (!placed) return unfit("node(s) didn't match pod affinity rules");
      if (apart.some((term) => occupied.has(place(node, term.topologyKey) ?? ''))) {
        return unfit("node(s) didn't match pod anti-affinity rules", true);
      }
      for (const at of refused.keys()) {
        const split = at.indexOf('=');
        if (node.node.metadata.labels?.[at.slice(0, split)] === at.slice(split + 1)) {
          return unfit("node(s) didn't satisfy existing pods anti-affinity rules", true);
        }
      }
      return undefined;
    };
  },
  weight: 2,
  score(pod, nodes, snapshot) {
    const places: Places = new Map();
    for (const node of snapshot.nodes) {
      for (const other of node.pods) {
        const add = (term: PodAffinityTerm, owner: Pod, target: Pod, weight: number) => {
          if (matches(term, owner, target, snapshot)) count(places, place(node, term.topologyKey), weight);
        };
        for (const t of preferred(pod, 'podAffinity')) add(t.podAffinityTerm, pod, other, t.weight);
        for (const t of preferred(pod, 'podAntiAffinity')) add(t.podAffinityTerm, pod, other, -t.weight);
        for (const t of required(other, 'podAffinity')) add(t, other, pod, 1);
        for (const t of preferred(other, 'podAffinity')) add(t.podAffinityTerm, other, pod, t.weight);
        for (const t of preferred(other, 'podAntiAffinity')) add(t.podAffinityTerm, other, pod, -t.weight);
      }
    }
    if (places.size === 0) return undefined;
    const raw = nodes.map((node) =>
      Object.entries(node.node.metadata.labels ?? {}).reduce((sum, [k, v]) => sum + (places.get(`${k}=${v}`) ?? 0), 0),
    );
    const least = Math.min(...raw);
    const span = Math.max(...raw) - least;
    return raw.map((score) => (span === 0 ? 0 : Math.floor((100 * (score - least)) / span)));
  },
};
