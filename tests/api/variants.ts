import * as fc from 'fast-check';
import type { JsonObject } from '../../lib/cluster/machinery/object.ts';
import { isJsonObject } from '../../lib/cluster/machinery/object.ts';
import type { TypeInfo } from '../../lib/cluster/machinery/type-info.ts';
import { builtInKind } from '../../lib/cluster/schema/lookup.ts';
import { deepClone } from '../../lib/kit/deep.ts';
import type { Sample } from './samples.ts';

/** One change: where, of all places, and to what, of all values that fit there. */
interface Edit {
  where: number;
  what: number;
}

export interface Variant {
  sample: Sample;
  edits: Edit[];
}

const TEXTS = ['web', 'a', 'b-1', 'Always', '50%', '10.0.0.7', 'x.example.org', '/tmp/x', 'http', 'ClusterIP'];
const NUMBERS = [1, 2, 80, 443, 8080, 0, 30];
const QUANTITIES = ['1', '250m', '1000m', '1Gi', '0.5', '2e3'];

const of = <T>(values: readonly T[], n: number): T => values[n % values.length] as T;

/** A small value of a type, chosen by a number. */
function valueOf(type: TypeInfo, what: number, depth = 0): unknown {
  const next = Math.floor(what / 7);
  switch (type.kind) {
    case 'struct': {
      const object: JsonObject = {};
      if (depth > 2) return object;
      const names = [...type.fields.keys()];
      for (const name of names.filter((n, i) => type.fields.get(n)?.required || (next >> (i % 16)) % 5 === 1)) {
        const field = type.fields.get(name);
        if (field) object[name] = valueOf(field.type, next + name.length, depth + 1);
      }
      return object;
    }
    case 'map':
      return type.element ? { [of(TEXTS.slice(0, 3), what)]: valueOf(type.element, next, depth + 1) } : {};
    case 'list':
      return type.element ? [valueOf(type.element, next, depth + 1)] : [];
    case 'string':
      return of(TEXTS, what);
    case 'bool':
      return what % 2 === 0;
    case 'int32':
    case 'int64':
    case 'double':
      return of(NUMBERS, what);
    case 'quantity':
      return of(QUANTITIES, what);
    case 'bytes':
      return of(['', 'eA=='], what);
    case 'time':
      return '2026-01-02T03:04:05Z';
    case 'microtime':
      return '2026-01-02T03:04:05.000006Z';
    case 'int-or-string':
      return of([80, '25%', 'http', 1], what);
    case 'duration':
      return '5m0s';
    default:
      return { any: [of(TEXTS, what), null, { n: of(NUMBERS, what) }] };
  }
}

type Change = (what: number) => void;

/** Everything that can be changed below a value, its absent fields included. */
function changesOf(type: TypeInfo, value: unknown, found: Change[], depth = 0): void {
  if (depth > 12) return;
  if (type.kind === 'struct' && isJsonObject(value)) {
    for (const [name, field] of type.fields) {
      if (value[name] === undefined) found.push((what) => void (value[name] = valueOf(field.type, what)));
      else {
        found.push((what) => {
          if (what % 4 === 0) delete value[name];
          else value[name] = valueOf(field.type, what);
        });
        changesOf(field.type, value[name], found, depth + 1);
      }
    }
  } else if (type.kind === 'map' && type.element && isJsonObject(value)) {
    const { element } = type;
    found.push((what) => void (value[of(TEXTS.slice(0, 4), what)] = valueOf(element, what)));
    for (const key of Object.keys(value)) {
      found.push((what) => (what % 2 === 0 ? delete value[key] : (value[key] = valueOf(element, what))));
      changesOf(element, value[key], found, depth + 1);
    }
  } else if (type.kind === 'list' && type.element && Array.isArray(value)) {
    const { element } = type;
    found.push((what) => void value.splice(what % (value.length + 1), 0, another(element, value, what)));
    found.push((what) => void value.splice(what % (value.length || 1), 1));
    found.push(() => void value.push(...value.splice(0, 1)));
    for (const item of value) changesOf(element, item, found, depth + 1);
  }
}

/** A new item of a list: like one that is there but for its scalars, so that it is likely to be valid. */
function another(element: TypeInfo, list: readonly unknown[], what: number): unknown {
  const like = deepClone(of(list, what));
  if (element.kind !== 'struct' || !isJsonObject(like)) return valueOf(element, what);
  for (const key of ['name', 'key', 'id', 'mountPath', 'path'].filter((k) => typeof like[k] === 'string')) {
    like[key] = `${String(like[key])}${what % 10}`;
  }
  for (const key of ['port', 'containerPort'].filter((k) => typeof like[k] === 'number'))
    like[key] = 9000 + (what % 100);
  return like;
}

/** What clients write: neither status nor what the server keeps account of. */
const WRITTEN = ['labels', 'annotations'];

/** The object that a variant stands for. Whether the server takes it, it alone knows. */
export function objectOf({ sample, edits }: Variant, name = sample.object.metadata.name): JsonObject {
  const object = deepClone(sample.object) as JsonObject;
  const metadata: JsonObject = { ...(object['metadata'] as JsonObject), name };
  object['metadata'] = metadata;
  const type = builtInKind(sample.resource);
  for (const { where, what } of edits) {
    const changes: Change[] = [];
    for (const [member, field] of type?.fields ?? []) {
      if (['metadata', 'status', 'kind', 'apiVersion'].includes(member)) continue;
      object[member] ??= field.type.kind === 'struct' || field.type.kind === 'map' ? {} : undefined;
      changesOf(field.type, object[member], changes);
    }
    for (const member of WRITTEN) {
      changes.push((n) => {
        const map = { ...(metadata[member] as JsonObject | undefined) };
        const key = of(TEXTS.slice(0, 3), n);
        if (n % 3 === 0) delete map[key];
        else map[key] = of(TEXTS.slice(0, 3), n >> 2);
        metadata[member] = map;
      });
    }
    of(changes, where)(what);
  }
  return JSON.parse(JSON.stringify(object)) as JsonObject;
}

/** Variants of the samples; they shrink to fewer edits. */
export function anyVariant(samples: readonly Sample[], most = 6): fc.Arbitrary<Variant> {
  const edit = fc.record({ where: fc.nat(10_000), what: fc.nat(1_000_000) });
  return fc.record({ sample: fc.constantFrom(...samples), edits: fc.array(edit, { maxLength: most }) });
}
