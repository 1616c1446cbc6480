import { Optional } from '@marcbachmann/cel-js';
import { deepEqual } from '../../../kit/deep.ts';
import type { Library } from './library.ts';

type Ordered = number | bigint | string | boolean | Date;

const first = <T>(list: readonly T[], better: (a: T, b: T) => boolean, name: string): T => {
  const [head, ...rest] = list;
  if (head === undefined) throw new Error(`${name} called on empty list`);
  return rest.reduce((best, one) => (better(one, best) ? one : best), head);
};

const has = (list: readonly unknown[], value: unknown) => list.some((one) => deepEqual(one, value));

/** What `lists.` stands for before a function's name. */
class ListFunctions {}

/** What `sets.` stands for before a function's name. */
class SetFunctions {}

/** Kubernetes' functions of lists and sets. */
export const lists: Library = {
  types: [
    { name: 'SetFunctions', ctor: SetFunctions },
    { name: 'ListFunctions', ctor: ListFunctions },
  ],
  constants: [
    { name: 'sets', type: 'SetFunctions', value: new SetFunctions() },
    { name: 'lists', type: 'ListFunctions', value: new ListFunctions() },
  ],
  functions: [
    ['list.isSorted(): bool', (l: Ordered[]) => l.every((one, i) => i === 0 || (l[i - 1] ?? one) <= one)],
    ['list.sum(): dyn', (l: (bigint & number)[]) => (l.length ? l.reduce((a, b) => (a + b) as bigint & number) : 0n)],
    ['list.min(): dyn', (l: Ordered[]) => first(l, (a, b) => a < b, 'min')],
    ['list.max(): dyn', (l: Ordered[]) => first(l, (a, b) => a > b, 'max')],
    ['list.indexOf(dyn): int', (l: unknown[], v: unknown) => BigInt(l.findIndex((one) => deepEqual(one, v)))],
    [
      'list.lastIndexOf(dyn): int',
      (l: unknown[], v: unknown) => BigInt(l.map((one) => deepEqual(one, v)).lastIndexOf(true)),
    ],
    ['list.distinct(): list', (l: unknown[]) => l.filter((one, i) => l.findIndex((o) => deepEqual(o, one)) === i)],
    ['list.reverse(): list', (l: unknown[]) => [...l].reverse()],
    ['list.slice(int, int): list', (l: unknown[], a: bigint, b: bigint) => l.slice(Number(a), Number(b))],
    ['list.flatten(): list', (l: unknown[]) => l.flat()],
    ['list.flatten(int): list', (l: unknown[], depth: bigint) => l.flat(Number(depth)) as unknown[]],
    ['list.sort(): list', (l: Ordered[]) => [...l].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))],
    ['list.first(): optional<dyn>', (l: unknown[]) => (l.length ? Optional.of(l[0]) : Optional.none())],
    ['list.last(): optional<dyn>', (l: unknown[]) => (l.length ? Optional.of(l.at(-1)) : Optional.none())],
    [
      'ListFunctions.range(int): list<int>',
      (_: ListFunctions, n: bigint) => Array.from({ length: Number(n) }, (_x, i) => BigInt(i)),
    ],
    [
      'SetFunctions.contains(list, list): bool',
      (_: SetFunctions, a: unknown[], b: unknown[]) => b.every((one) => has(a, one)),
    ],
    [
      'SetFunctions.equivalent(list, list): bool',
      (_: SetFunctions, a: unknown[], b: unknown[]) => b.every((one) => has(a, one)) && a.every((one) => has(b, one)),
    ],
    [
      'SetFunctions.intersects(list, list): bool',
      (_: SetFunctions, a: unknown[], b: unknown[]) => b.some((one) => has(a, one)),
    ],
  ],
};
