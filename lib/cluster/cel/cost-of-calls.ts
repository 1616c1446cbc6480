import { costOf, MOST, plus, REGEX, sumOf, times, TRAVERSAL, UNKNOWN, type Estimate, type Size } from './cost-sizes.ts';
import type { CelType } from './type.ts';

type Operand = Estimate & { size: Size; type: CelType };

/** A call of a function, an operator or a method. */
export interface CallSite {
  name: string;
  target?: Operand;
  args: readonly Operand[];
  elementsOf(this: void, list: Operand): Size;
}

export interface CallCost {
  cost: number;
  /** Of the result, where it has one. */
  size?: Size;
}

const ONE: CallCost = { cost: 1 };

const traversal = ({ size }: Operand, factor = 1) => costOf(size.max, factor * TRAVERSAL);
const may = ({ type }: Operand, ...kinds: readonly CelType['kind'][]) =>
  type.kind === 'dyn' || kinds.includes(type.kind);
const larger = (...costs: readonly CallCost[]) => ({ cost: Math.max(...costs.map((c) => c.cost)) });

/** Compares two values as far as the shorter one goes. */
const comparison = (a: Operand, b: Operand) => ({ cost: costOf(Math.min(a.size.max, b.size.max), TRAVERSAL) });

function operator(name: string, [a, b]: readonly Operand[]): CallCost | undefined {
  if (!a || !b) return undefined;
  switch (name) {
    case '==':
    case '!=':
      return comparison(a, b);
    case '<':
    case '<=':
    case '>':
    case '>=':
      if (!may(a, 'string', 'bytes') || !may(b, 'string', 'bytes')) return ONE;
      return a.type.kind === 'dyn' && b.type.kind === 'dyn' ? larger(ONE, comparison(a, b)) : comparison(a, b);
    case '+': {
      const size = sumOf(a.size, b.size);
      if (may(a, 'string', 'bytes') && may(b, 'string', 'bytes')) return { cost: costOf(size.max, TRAVERSAL), size };
      return may(a, 'list') && may(b, 'list') ? { cost: 1, size } : ONE;
    }
    case 'in':
      return may(b, 'list') ? { cost: b.size.max } : ONE;
    default:
      return ONE;
  }
}

function replaced({ size }: Operand, [from, to]: readonly Operand[]): Size {
  if (!from || !to) return UNKNOWN;
  if (from.size.min === 0) return { min: 0, max: plus(times(plus(size.max, 1), to.size.max), size.max) };
  if (to.size.max <= from.size.min) return { min: 0, max: size.max };
  return { min: 0, max: times(Math.ceil(size.max / from.size.min), to.size.max) };
}

/** Addresses have 16 bytes at most, and two are compared. */
const ADDRESSES = costOf(32, TRAVERSAL);
const MASK = costOf(16, TRAVERSAL) + 1;

function method(name: string, target: Operand, args: readonly Operand[], elementsOf: CallSite['elementsOf']): CallCost {
  const [first] = args;
  const { size } = target;
  switch (name) {
    case 'isSorted':
    case 'sum':
    case 'max':
    case 'min':
    case 'indexOf':
    case 'lastIndexOf': {
      if (target.type.kind !== 'list') return { cost: traversal(target) };
      const isText = ['string', 'bytes'].includes(target.type.element.kind);
      return { cost: times(size.max, plus(1, isText ? costOf(elementsOf(target).max, TRAVERSAL) : 0)) };
    }
    case 'lowerAscii':
    case 'upperAscii':
    case 'substring':
    case 'trim':
      return { cost: traversal(target), size };
    case 'replace':
      return { cost: traversal(target, 2), size: replaced(target, args) };
    case 'split':
      return { cost: traversal(target, 2), size: { min: 0, max: size.max } };
    case 'join': {
      const separators = first ? times(first.size.max, Math.max(0, size.max - 1)) : 0;
      const max = plus(times(size.max, elementsOf(target).max), separators);
      return { cost: costOf(max, TRAVERSAL), size: { min: 0, max } };
    }
    case 'format':
      return { cost: traversal(target) };
    case 'find':
    case 'findAll':
      return { cost: regex(target, first), size: { min: 0, max: size.max } };
    case 'matches':
      return { cost: regex(target, first) };
    case 'contains':
      return { cost: first ? times(traversal(target), traversal(first)) : 1 };
    case 'startsWith':
    case 'endsWith':
    case 'validate':
      return { cost: first ? traversal(first) : 1 };
    case 'containsIP':
      return { cost: plus(ADDRESSES, parsing(first)) };
    case 'containsCIDR':
      return { cost: plus(ADDRESSES + MASK, parsing(first)) };
    default:
      return ONE;
  }
}

/** An address that is given as text is read first. */
const parsing = (given: Operand | undefined) => (given?.type.kind === 'string' ? traversal(given) : 0);

const regex = ({ size }: Operand, pattern: Operand | undefined) =>
  times(costOf(plus(size.max, 1), TRAVERSAL), costOf(pattern?.size.max ?? MOST, REGEX));

/** What a call costs beside its arguments, and how large its result is. */
export function callCost({ name, target, args, elementsOf }: CallSite): CallCost {
  if (target) return method(name, target, args, elementsOf);
  const [first] = args;
  const known = operator(name, args);
  if (known && !/^\w/.test(name)) return known;
  if (name === 'in') return known ?? ONE;
  if (!first) return ONE;
  switch (name) {
    case 'url':
      return { cost: traversal(first) };
    case 'matches':
      return { cost: regex(first, args[1]) };
    case 'string':
      return first.type.kind === 'bytes' ? { cost: traversal(first), size: first.size } : ONE;
    case 'bytes':
      return { cost: traversal(first), size: { min: first.size.min, max: times(first.size.max, 4) } };
    default:
      return ONE;
  }
}
