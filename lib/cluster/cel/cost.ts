import { comprehension } from './comprehensions.ts';
import { callCost, type CallSite } from './cost-of-calls.ts';
import { fixed, plus, times, union, UNKNOWN, type Estimate, type Size, type Sized } from './cost-sizes.ts';
import { originalName } from './renamed.ts';
import type { TypedTree, TypedNode } from './typed-tree.ts';
import type { CelType } from './type.ts';

const LIST = 10;
const MAP = 30;
const STRUCT = 40;
/** Reading a variable or a field. */
const READ = 1;

const SCALARS = new Set<CelType['kind']>(['bool', 'int', 'uint', 'double', 'duration', 'timestamp']);

type Locals = ReadonlyMap<string, Estimate>;

/**
 * The most that an expression may cost, in CEL's units, given how large the data may be (upstream: cel-go's checker/cost.go
 * and the cost.go of Kubernetes' library).
 *
 *     self.all(x, x.contains('gpu')) of at most 10 strings of at most 63 characters: 2 + 10 × 30
 */
export function estimateCost(tree: TypedTree, root: Sized): number {
  return new Coster(tree, root).estimate(tree.root, new Map()).cost;
}

class Coster {
  readonly #tree: TypedTree;
  readonly #root: Sized;

  constructor(tree: TypedTree, root: Sized) {
    this.#tree = tree;
    this.#root = root;
  }

  estimate(node: TypedNode, locals: Locals): Estimate {
    const { op, args } = node;
    switch (op) {
      case 'value':
        return { cost: 0, size: literalSize(args) };
      case 'id':
        return this.#variable(args as string, locals);
      case 'list': {
        const items = (args as TypedNode[]).map((n) => this.#sized(n, locals));
        const cost = LIST + sum(items);
        return { cost, size: fixed(items.length), elements: union(...items.map((i) => i.size)) };
      }
      case 'map': {
        const entries = args as [TypedNode, TypedNode][];
        const cost = MAP + sum(entries.flat().map((n) => this.estimate(n, locals)));
        return { cost, size: fixed(entries.length) };
      }
      case '.':
      case '.?': {
        const [on, name] = args as [TypedNode, string];
        return this.#select(on, name, op === '.?', locals);
      }
      case '[]':
      case '[?]': {
        const [on, key] = args as [TypedNode, TypedNode];
        const list = this.#sized(on, locals);
        const cost = 1 + list.cost + this.estimate(key, locals).cost;
        if (op === '[?]') return { cost };
        const place = this.#below(list.place, (s) => s.element);
        return { cost, ...(place ? { place } : {}), ...(list.elements ? { size: list.elements } : {}) };
      }
      case '?:': {
        const [test, yes, no] = (args as TypedNode[]).map((n) => this.#sized(n, locals));
        const [a, b] = [yes ?? NOTHING, no ?? NOTHING];
        const cost = plus(test?.cost ?? 0, Math.max(a.cost, b.cost));
        return { cost, size: union(a.size, b.size), ...bothElements(a, b) };
      }
      case '!_':
      case '-_':
        return { cost: plus(1, this.estimate(args as TypedNode, locals).cost) };
      case '&&':
      case '||':
        return { cost: sum((args as TypedNode[]).map((n) => this.estimate(n, locals))) };
      case 'call': {
        const [name, given] = args as [string, TypedNode[]];
        return this.#call(originalName(name), undefined, given, node, locals);
      }
      case 'rcall': {
        const [name, on, given] = args as [string, TypedNode, TypedNode[]];
        return this.#method(originalName(name), on, given, node, locals);
      }
      default:
        return this.#call(op, undefined, args as TypedNode[], node, locals);
    }
  }

  /** An estimate with a size: of what is computed, of the data, of the type, in that order. */
  #sized(node: TypedNode, locals: Locals): Estimate & { size: Size } {
    const found = this.estimate(node, locals);
    if (found.size) return { ...found, size: found.size };
    if (found.place) return { ...found, size: { min: 0, max: found.place.max } };
    const type = this.#tree.typeOf(node);
    return { ...found, size: SCALARS.has(type.kind) ? fixed(1) : UNKNOWN };
  }

  /** A step down into the data. Upstream loses its way where there is no place, and starts at the root again. */
  #below(place: Sized | undefined, step: (at: Sized) => Sized | undefined): Sized | undefined {
    return place ? step(place) : this.#root;
  }

  #variable(name: string, locals: Locals): Estimate {
    const local = locals.get(name);
    return local ? { ...local, cost: READ } : { cost: READ, place: this.#root };
  }

  #select(on: TypedNode, name: string, optional: boolean, locals: Locals): Estimate {
    const target = this.estimate(on, locals);
    if (optional) return { cost: plus(1, target.cost) };
    const { kind } = this.#tree.typeOf(on);
    const place = this.#below(target.place, (s) => s.field(name));
    return { cost: plus(target.cost, kind === 'map' || kind === 'object' ? READ : 0), ...(place ? { place } : {}) };
  }

  #call(
    name: string,
    on: TypedNode | undefined,
    given: readonly TypedNode[],
    node: TypedNode,
    locals: Locals,
  ): Estimate {
    if (name === 'has') {
      // Only what the field is looked for in costs anything.
      const [asked] = given;
      const [inner] = (asked?.args ?? []) as TypedNode[];
      return { cost: inner && asked?.op === '.' ? this.estimate(inner, locals).cost : 0, size: fixed(1) };
    }
    const args = given.map((n) => ({ ...this.#sized(n, locals), type: this.#tree.typeOf(n) }));
    if (name === 'dyn' && args[0]) return { ...args[0], cost: plus(1, args[0].cost) };
    const target = on && { ...this.#sized(on, locals), type: this.#tree.typeOf(on) };
    const before = plus(target?.cost ?? 0, sum(args));
    if (name === '__struct') return { cost: plus(STRUCT, before) };
    const site: CallSite = { name, args, elementsOf: (value) => this.#elements(value) };
    const { cost, size } = callCost(target ? { ...site, target } : site);
    const scalar = SCALARS.has(this.#tree.typeOf(node).kind) ? fixed(1) : undefined;
    const made = size ?? scalar;
    return { cost: plus(before, cost), ...(made ? { size: made } : {}), ...(target ? {} : joined(name, args)) };
  }

  /** How large the elements of a list are. */
  #elements({ place, elements }: Estimate): Size {
    if (elements) return elements;
    const element = place?.element;
    return element ? { min: 0, max: element.max } : UNKNOWN;
  }

  #method(name: string, on: TypedNode, given: readonly TypedNode[], node: TypedNode, locals: Locals): Estimate {
    if (on.op === 'id' && this.#tree.isNamespace(on)) {
      const [variable, value, body] = given;
      if (on.args === 'cel' && name === 'bind' && variable && value && body) {
        const bound = this.#sized(value, locals);
        const { cost, ...rest } = this.estimate(body, new Map(locals).set(variable.args as string, bound));
        return { ...rest, cost: plus(plus(LIST, bound.cost), cost) };
      }
      return this.#call(`${on.args as string}.${name}`, undefined, given, node, locals);
    }
    const shape = comprehension(name, given.length);
    if (!shape) return this.#call(name, on, given, node, locals);
    const range = this.#sized(on, locals);
    const kind = this.#tree.typeOf(on).kind;
    const isKey = kind === 'map' && shape.names === 1;
    const place = this.#below(range.place, (s) => (isKey ? s.key : s.element));
    const variable: Estimate = {
      cost: READ,
      ...(place ? { place } : {}),
      ...(range.elements && !place ? { size: range.elements } : {}),
    };
    const inner = new Map(locals);
    for (const { args } of given.slice(0, shape.names)) inner.set(args as string, variable);
    const bodies = given.slice(shape.names).map((n) => this.#sized(n, inner));
    const { start, step, end, elements } = loop(name, bodies, this.#variableSize(variable));
    const cost = plus(plus(range.cost, start + end), times(range.size.max, step));
    const isList = shape.makes !== 'bool';
    return { cost, size: isList ? range.size : fixed(1), ...(isList ? { elements } : {}) };
  }

  #variableSize({ place, size }: Estimate): Size {
    return place ? { min: 0, max: place.max } : (size ?? UNKNOWN);
  }
}

const NOTHING: Estimate & { size: Size } = { cost: 0, size: UNKNOWN };

const sum = (parts: readonly Estimate[]) => parts.reduce((total, part) => plus(total, part.cost), 0);

function bothElements(a: Estimate, b: Estimate): { elements?: Size } {
  return a.elements && b.elements ? { elements: union(a.elements, b.elements) } : {};
}

/** The elements of a sum of lists. */
const joined = (name: string, [a, b]: readonly Estimate[]) => (name === '+' && a && b ? bothElements(a, b) : {});

/**
 * What the loop of a comprehension costs before, in each round and after: the macros' expansions, of which the accumulator's
 * reads are part.
 */
function loop(
  name: string,
  bodies: readonly (Estimate & { size: Size })[],
  element: Size,
): { start: number; step: number; end: number; elements: Size } {
  const [first = NOTHING, second] = bodies;
  const upTo = ({ max }: Size): Size => ({ min: 0, max });
  switch (name) {
    case 'all':
      return { start: 0, step: plus(3, first.cost), end: READ, elements: element };
    case 'exists':
      return { start: 0, step: plus(4, first.cost), end: READ, elements: element };
    case 'exists_one':
    case 'existsOne':
      return { start: 0, step: plus(2, first.cost), end: 2, elements: element };
    case 'filter':
      return { start: LIST, step: plus(first.cost, 2 + LIST + READ), end: READ, elements: upTo(element) };
    default: {
      const made = second ?? first;
      const step = plus(2 + LIST, made.cost);
      return {
        start: LIST,
        step: second ? plus(first.cost, step) : step,
        end: READ,
        elements: upTo(made.size),
      };
    }
  }
}

function literalSize(value: unknown): Size {
  if (typeof value === 'string') return fixed(Array.from(value).length);
  return fixed(value instanceof Uint8Array ? value.length : 1);
}
