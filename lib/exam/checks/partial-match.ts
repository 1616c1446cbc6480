/** One place where an object is not as asked. `found` is undefined when there is nothing at the path. */
export interface Mismatch {
  path: string;
  expected: unknown;
  found: unknown;
}

/** Parents whose values are quantities, so that `500m` and `0.5` are the same. */
const QUANTITIES = /(^|\.)(requests|limits|capacity|hard|max|min|default|defaultRequest)\.[^.]+$|(^|\.)sizeLimit$/;
const SUFFIX: Record<string, number> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A quantity as a number of its base unit; undefined when the value is none. */
export function quantity(value: unknown): number | undefined {
  const match = /^([+-]?[0-9.]+)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(String(value));
  return match ? Number(match[1]) * (SUFFIX[match[2] ?? ''] ?? 1) : undefined;
}

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);

/**
 * Where `found` lacks what `expected` has. Members that `expected` does not name may be anything. `null` asks that there
 * be nothing. A list asks for each of its items somewhere in the list found, in any order; an empty list asks for an empty
 * one. List items with a `name` are compared with the item of that name.
 *
 *     {replicas: 3, ports: [{name: web, port: 80}]}  is met by  {replicas: 3, ports: [{name: web, port: 80, protocol: TCP}]}
 */
export function mismatches(expected: unknown, found: unknown, path = ''): Mismatch[] {
  if (isObject(expected)) {
    const inside = isObject(found) ? found : {};
    return Object.entries(expected).flatMap(([k, v]) => mismatches(v, inside[k], path ? `${path}.${k}` : k));
  }
  if (Array.isArray(expected)) return listMismatches(expected, Array.isArray(found) ? found : [], path, found);
  if (expected === null) return found === undefined || found === null ? [] : [{ path, expected, found }];
  if (expected === found) return [];
  if (QUANTITIES.test(path)) {
    const [a, b] = [quantity(expected), quantity(found)];
    if (a !== undefined && a === b) return [];
  }
  return [{ path, expected, found }];
}

function listMismatches(expected: unknown[], items: unknown[], path: string, found: unknown): Mismatch[] {
  if (expected.length === 0) return items.length === 0 ? [] : [{ path, expected, found }];
  const free = new Set(items);
  return expected.flatMap((want) => {
    if (isObject(want) && typeof want.name === 'string') {
      const same = items.find((i) => isObject(i) && i.name === want.name);
      return same ? mismatches(want, same, `${path}[${want.name}]`) : [{ path, expected: want, found: items }];
    }
    const hit = [...free].find((item) => mismatches(want, item, path).length === 0);
    if (hit === undefined) return [{ path, expected: want, found: items }];
    free.delete(hit);
    return [];
  });
}

const show = (v: unknown): string => (v === undefined ? '<none>' : typeof v === 'string' ? v : JSON.stringify(v));

/** `spec.replicas: 3`, one line for each mismatch. */
export function showMismatches(list: readonly Mismatch[], side: 'expected' | 'found'): string {
  const text = list.map((m) => `${m.path}: ${m[side] === null ? '<none>' : show(m[side])}`).join('\n');
  return text.length > 2000 ? `${text.slice(0, 2000)}…` : text;
}
