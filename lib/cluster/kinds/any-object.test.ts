import { expect, test } from 'vitest';
import { deepClone, deepFreeze } from '../../kit/deep.ts';
import { randomInt, seededRandom, type Random } from '../../kit/random.ts';
import type { JsonObject, KubeObject } from '../machinery/object.ts';
import { statusOf } from '../machinery/status-error.ts';
import type { TypeInfo } from '../machinery/type-info.ts';
import { decode } from '../schema/decode.ts';
import { builtInKind } from '../schema/lookup.ts';
import type { KindDefinition } from './define.ts';
import { kinds } from './index.ts';
import { testContext } from './test-context.ts';

/**
 * Whatever a client writes, as long as its fields have their types, is stored or refused with reasons: a kind's hooks and
 * columns must not fall over it.
 */
const context = testContext();

const TEXTS = ['', 'web', 'a b', 'Always', 'None', '10.0.0.1', '*/5 * * * *', '-1', '50%', '/', 'NodePort', 'http'];
const NUMBERS = [0, 1, -1, 80, 70_000, 2 ** 31 - 1];
const DEPTH = 9;
const ROUNDS = 20;

/** A value of a type with some of its fields, odd ones among them; undefined for a field that is left out. */
function anyValue(random: Random, type: TypeInfo, depth: number): unknown {
  const pick = <T>(values: readonly T[]) => values[randomInt(random, values.length)];
  const times = <T>(make: () => T) => Array.from({ length: randomInt(random, 3) }, make);
  if (depth > DEPTH) return undefined;
  switch (type.kind) {
    case 'struct': {
      const object: JsonObject = {};
      for (const [name, field] of type.fields) {
        if (randomInt(random, 3) === 0) continue;
        const value = anyValue(random, field.type, depth + 1);
        if (value !== undefined) object[name] = value;
      }
      return object;
    }
    case 'map':
      return Object.fromEntries(times(() => [pick(TEXTS), type.element && anyValue(random, type.element, depth + 1)]));
    case 'list':
      return times(() => type.element && anyValue(random, type.element, depth + 1));
    case 'string':
      return pick(TEXTS);
    case 'bool':
      return pick([true, false]);
    case 'int32':
    case 'int64':
    case 'double':
      return pick(NUMBERS);
    case 'quantity':
      return pick(['0', '1', '-1', '100m', '1Gi', '1.5']);
    case 'bytes':
      return pick(['', 'eA==']);
    case 'time':
    case 'microtime':
      return pick(['2026-01-02T03:04:05Z', null]);
    case 'int-or-string':
      return pick([0, 80, -1, 'web', '50%', '']);
    case 'duration':
      return pick(['0s', '5m0s']);
    default:
      return {};
  }
}

function anyObject(random: Random, kind: KindDefinition, type: TypeInfo): (KubeObject & JsonObject) | undefined {
  const decoded = decode(type, anyValue(random, type, 0));
  if (!decoded.ok) return undefined;
  const metadata = { ...(decoded.object['metadata'] as object), name: 'any', namespace: 'default' };
  return { ...decoded.object, kind: kind.resource.kind, apiVersion: 'v1', metadata };
}

/** Runs the hooks of a create and of an update as the pipeline does. What was thrown, if it is no refusal. */
function fault(kind: KindDefinition, object: KubeObject & JsonObject, other: KubeObject & JsonObject): unknown {
  try {
    for (const draft of [object, other]) {
      kind.defaults?.(draft);
      kind.prepareForCreate?.(draft, context);
    }
    const old = deepFreeze(deepClone(other));
    kind.validate?.(object, context);
    kind.warnings?.(object, undefined);
    kind.prepareForUpdate?.(object, old, context);
    kind.validateUpdate?.(object, old, context);
    kind.warnings?.(object, old);
    kind.prepareForStatusUpdate?.(object, old, context);
    kind.validateStatusUpdate?.(object, old, context);
    for (const column of kind.columns ?? []) column.cell(object, 0);
    for (const read of Object.values(kind.selectableFields ?? {})) read(object);
  } catch (error) {
    if (!statusOf(error)) return error;
  }
  return undefined;
}

const typed = kinds.flatMap((kind) => {
  const { group, version, kind: name } = kind.resource;
  const type = builtInKind(kind.resource);
  return type ? [[`${group}/${version} ${name}`, kind, type] as const] : [];
});

test.each(typed)('%s takes any object', (title, kind, type) => {
  const random = seededRandom(title.length);
  const faults = Array.from({ length: ROUNDS }, () => {
    const [object, other] = [anyObject(random, kind, type), anyObject(random, kind, type)];
    return object && other && fault(kind, object, other);
  });
  expect(faults.filter((f) => f !== undefined)).toEqual([]);
});
