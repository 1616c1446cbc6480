import type { ASTNode } from '@marcbachmann/cel-js';
import type { Issue } from './compile-error.ts';
import { comprehension, type Comprehension } from './comprehensions.ts';
import { NAMESPACES } from './environment.ts';
import { resolveCall } from './overloads.ts';
import { originalName } from './renamed.ts';
import { STRUCT_FUNCTION } from './struct-literals.ts';
import { BOOL, DYN, INT, isAssignable, isNumber, listOf, mapOf, showType, STRING, type CelType } from './type.ts';

/** Variables of an expression by name, and the types of its struct literals. */
export interface Scope {
  variables: ReadonlyMap<string, CelType>;
  structs?: ReadonlyMap<string, CelType>;
}

/** The parser's tree, as the checker reads it. */
interface Node {
  op: string;
  args: unknown;
  start: number;
  end: number;
}

const TYPE_NAMES = new Set(['bool', 'int', 'uint', 'double', 'string', 'bytes', 'list', 'map', 'null_type', 'type']);
const OPERATORS: Readonly<Record<string, string>> = { in: '@in' };

const asNode = (value: unknown) => value as Node;
const nodesOf = (value: unknown) => value as Node[];

/** Infers types as upstream's checker does, and says what does not fit in its words. */
export class Checker {
  readonly issues: Issue[] = [];
  /** Names of variables that the expression uses. */
  readonly used = new Set<string>();
  /** The type of each node of the tree. */
  readonly types = new Map<object, CelType>();
  readonly #source: string;
  readonly #structs: ReadonlyMap<string, CelType>;

  /** `source` is what was parsed: offsets of issues count in it. */
  constructor(source: string, structs: Scope['structs']) {
    this.#source = source;
    this.#structs = structs ?? new Map();
  }

  check(ast: ASTNode, variables: Scope['variables']): CelType {
    return this.#type(ast as unknown as Node, variables);
  }

  #fail(offset: number, message: string): CelType {
    this.issues.push({ offset, message });
    return DYN;
  }

  /** Where something stands at or after an offset. */
  #after(offset: number, text: string): number {
    const found = this.#source.indexOf(text, offset);
    return found < 0 ? offset : found;
  }

  #mismatch(offset: number, name: string, applied: string): CelType {
    return this.#fail(offset, `found no matching overload for '${name}' applied to '${applied}'`);
  }

  #type(node: Node, scope: Scope['variables']): CelType {
    const type = this.#infer(node, scope);
    this.types.set(node, type);
    return type;
  }

  #infer(node: Node, scope: Scope['variables']): CelType {
    const { op, args } = node;
    switch (op) {
      case 'value':
        return literalType(args);
      case 'id':
        return this.#identifier(args as string, node.start, scope);
      case 'list':
        return listOf(join(nodesOf(args).map((n) => this.#type(n, scope))));
      case 'map': {
        const entries = args as [Node, Node][];
        const keys = entries.map(([k]) => this.#type(k, scope));
        return mapOf(join(keys), join(entries.map(([, v]) => this.#type(v, scope))));
      }
      case '.':
      case '.?': {
        const [on, name] = args as [Node, string];
        return this.#select(node, this.#type(on, scope), name, on.end, op === '.?');
      }
      case '[]':
      case '[?]': {
        const [on, key] = nodesOf(args);
        return on && key ? this.#index(this.#type(on, scope), this.#type(key, scope), on.end, op === '[?]') : DYN;
      }
      case '?:':
        return this.#conditional(nodesOf(args), scope);
      case '!_':
      case '-_':
        return this.#unary(op, asNode(args), node.start, scope);
      case 'call': {
        const [name, given] = args as [string, Node[]];
        return this.#call(originalName(name), given, node, scope);
      }
      case 'rcall': {
        const [name, on, given] = args as [string, Node, Node[]];
        return this.#method(originalName(name), on, given, scope);
      }
      default:
        return this.#binary(op, nodesOf(args), scope);
    }
  }

  #identifier(name: string, offset: number, scope: Scope['variables']): CelType {
    const type = scope.get(name);
    if (type) {
      this.used.add(name);
      return type;
    }
    if (NAMESPACES.has(name)) return DYN;
    if (TYPE_NAMES.has(name)) return { kind: 'type' };
    return this.#fail(offset, `undeclared reference to '${name}' (in container '')`);
  }

  #select(node: Node, on: CelType, name: string, from: number, optional: boolean): CelType {
    const inner = on.kind === 'optional' ? on.of : on;
    const wrap = (t: CelType): CelType => (optional || on.kind === 'optional' ? { kind: 'optional', of: t } : t);
    const dot = this.#after(from, '.');
    if (inner.kind === 'dyn') return wrap(DYN);
    if (inner.kind === 'map') return wrap(inner.value);
    if (inner.kind !== 'object') return this.#fail(dot, `type '${showType(on)}' does not support field selection`);
    const field = inner.field(name);
    return field ? wrap(field) : this.#fail(dot, `undefined field '${name}'`);
  }

  #index(on: CelType, key: CelType, from: number, optional: boolean): CelType {
    const inner = on.kind === 'optional' ? on.of : on;
    const wrap = (t: CelType): CelType => (optional || on.kind === 'optional' ? { kind: 'optional', of: t } : t);
    if (inner.kind === 'dyn') return wrap(DYN);
    if (inner.kind === 'list' && isAssignable(key, INT)) return wrap(inner.element);
    if (inner.kind === 'map' && isAssignable(key, inner.key)) return wrap(inner.value);
    return this.#mismatch(this.#after(from, '['), '_[_]', `(${showType(on)}, ${showType(key)})`);
  }

  #conditional([test, yes, no]: Node[], scope: Scope['variables']): CelType {
    if (!test || !yes || !no) return DYN;
    const types = [test, yes, no].map((n) => this.#type(n, scope));
    const [condition = DYN, a = DYN, b = DYN] = types;
    if (isAssignable(condition, BOOL) && (isAssignable(a, b) || isAssignable(b, a))) return join([a, b]);
    return this.#mismatch(this.#after(test.end, '?'), '_?_:_', `(${types.map(showType).join(', ')})`);
  }

  #unary(op: string, on: Node, offset: number, scope: Scope['variables']): CelType {
    const type = this.#type(on, scope);
    const fits =
      op === '!_' ? isAssignable(type, BOOL) : type.kind === 'dyn' || isNumber(type) || type.kind === 'duration';
    if (fits) return op === '!_' ? BOOL : type;
    return this.#mismatch(offset, op, `(${showType(type)})`);
  }

  #binary(op: string, [left, right]: Node[], scope: Scope['variables']): CelType {
    if (!left || !right) return DYN;
    const [a, b] = [this.#type(left, scope), this.#type(right, scope)];
    const result = binaryType(op, a, b);
    if (result) return result;
    const offset = this.#after(left.end, op);
    return this.#mismatch(offset, OPERATORS[op] ?? `_${op}_`, `(${showType(a)}, ${showType(b)})`);
  }

  #call(name: string, given: readonly Node[], node: Node, scope: Scope['variables']): CelType {
    const open = this.#after(node.start, '(');
    if (name === 'has') {
      for (const arg of given) this.#type(arg, scope);
      return BOOL;
    }
    if (name === STRUCT_FUNCTION) return this.#struct(given, node.start, scope);
    const types = given.map((n) => this.#type(n, scope));
    if (name === 'dyn') return DYN;
    const result = resolveCall(name, undefined, types);
    if (result === 'unknown') return this.#fail(open, `undeclared reference to '${name}' (in container '')`);
    return result === 'mismatch' ? this.#mismatch(open, name, `(${types.map(showType).join(', ')})`) : result;
  }

  #struct([title, fields]: readonly Node[], offset: number, scope: Scope['variables']): CelType {
    const name = String(title?.args);
    const type = this.#structs.get(name) ?? this.#structs.get(`${name.split('.')[0] ?? ''}.*`);
    if (!type) return this.#fail(offset, `undeclared reference to '${name}' (in container '')`);
    for (const [key, value] of (fields?.args ?? []) as [Node, Node][]) {
      const field = String(key.args);
      const given = this.#type(value, scope);
      const wanted = type.kind === 'object' ? type.field(field) : DYN;
      if (!wanted) this.#fail(key.start, `undefined field '${field}'`);
      else if (!isAssignable(given, wanted))
        this.#fail(
          key.start,
          `expected type of field '${field}' is '${showType(wanted)}' but provided type is '${showType(given)}'`,
        );
    }
    return type.kind === 'object' ? { ...type, name } : type;
  }

  #method(name: string, on: Node, given: readonly Node[], scope: Scope['variables']): CelType {
    const shape = comprehension(name, given.length);
    if (shape) return this.#comprehension(name, shape, on, given, scope);
    const open = this.#after(on.end, '(');
    const isNamespace = on.op === 'id' && NAMESPACES.has(on.args as string) && !scope.has(on.args as string);
    if (isNamespace && on.args === 'cel') {
      const [variable, value, body] = given;
      if (!variable || !value || !body) return DYN;
      return this.#type(body, new Map(scope).set(String(variable.args), this.#type(value, scope)));
    }
    const receiver = this.#type(on, scope);
    if ((name === 'optMap' || name === 'optFlatMap') && given.length === 2) {
      const [variable, body] = given;
      const value = receiver.kind === 'optional' ? receiver.of : DYN;
      const made = body ? this.#type(body, new Map(scope).set(String(variable?.args), value)) : DYN;
      return name === 'optMap' ? { kind: 'optional', of: made } : made;
    }
    const types = given.map((n) => this.#type(n, scope));
    if (receiver.kind === 'optional' && name === 'value') return receiver.of;
    if (receiver.kind === 'optional' && name === 'orValue') return join([receiver.of, ...types]);
    if (isNamespace && name === 'of') return { kind: 'optional', of: types[0] ?? DYN };
    const result = resolveCall(name, receiver, types);
    if (result === 'unknown' && receiver.kind === 'dyn') return DYN;
    if (result === 'unknown') return this.#fail(open, `undeclared reference to '${name}' (in container '')`);
    if (result !== 'mismatch') return result;
    return receiver.kind === 'dyn' && isNamespace
      ? DYN
      : this.#mismatch(open, name, `${showType(receiver)}.(${types.map(showType).join(', ')})`);
  }

  #comprehension(
    name: string,
    { names, makes }: Comprehension,
    on: Node,
    given: readonly Node[],
    scope: Scope['variables'],
  ): CelType {
    const range = this.#type(on, scope);
    if (range.kind !== 'list' && range.kind !== 'map' && range.kind !== 'dyn') {
      return this.#fail(
        on.start,
        `expression of type '${showType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
      );
    }
    const key = range.kind === 'list' ? INT : range.kind === 'map' ? range.key : DYN;
    const element = range.kind === 'list' ? range.element : range.kind === 'map' ? range.value : DYN;
    const single = range.kind === 'list' ? element : key;
    const inner = new Map(scope).set(String(given[0]?.args), names === 2 ? key : single);
    if (names === 2) inner.set(String(given[1]?.args), element);
    const types = given.slice(names).map((n) => this.#type(n, inner));
    const last = types.at(-1) ?? DYN;
    if (makes === 'list') return listOf(last);
    if (makes === 'map') return mapOf(key, last);
    if (makes === 'entries') return last;
    if (name === 'sortBy') return listOf(single);
    if (!isAssignable(last, BOOL)) {
      const open = this.#after(on.end, '(');
      const applied = name === 'all' ? '_&&_' : name === 'exists' ? '_||_' : '_?_:_';
      return this.#mismatch(open, applied, `(bool, ${showType(last)})`);
    }
    return makes === 'selection' ? listOf(single) : BOOL;
  }
}

function literalType(value: unknown): CelType {
  if (typeof value === 'bigint') return INT;
  if (typeof value === 'number') return { kind: 'double' };
  if (typeof value === 'string') return STRING;
  if (typeof value === 'boolean') return BOOL;
  if (value === null) return { kind: 'null' };
  return value instanceof Uint8Array ? { kind: 'bytes' } : { kind: 'uint' };
}

/** The common type of some values; dyn when they differ. */
function join(types: readonly CelType[]): CelType {
  const [first = DYN, ...rest] = types;
  return rest.every((t) => showType(t) === showType(first)) ? first : DYN;
}

const ORDERED = new Set(['int', 'uint', 'double', 'string', 'bytes', 'bool', 'timestamp', 'duration']);
const isTime = (t: CelType) => t.kind === 'timestamp' || t.kind === 'duration';

/** The type of `a op b`; undefined when the operator takes no such operands. */
function binaryType(op: string, a: CelType, b: CelType): CelType | undefined {
  const dyn = a.kind === 'dyn' || b.kind === 'dyn';
  switch (op) {
    case '&&':
    case '||':
      return isAssignable(a, BOOL) && isAssignable(b, BOOL) ? BOOL : undefined;
    case '==':
    case '!=':
      return isAssignable(a, b) || isAssignable(b, a) || a.kind === 'optional' || b.kind === 'optional'
        ? BOOL
        : undefined;
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const fits = dyn || (isNumber(a) && isNumber(b)) || (a.kind === b.kind && ORDERED.has(a.kind));
      return fits ? BOOL : undefined;
    }
    case 'in': {
      if (b.kind === 'dyn') return BOOL;
      if (b.kind === 'list') return isAssignable(a, b.element) ? BOOL : undefined;
      return b.kind === 'map' && isAssignable(a, b.key) ? BOOL : undefined;
    }
    default:
      return arithmeticType(op, a, b);
  }
}

/** What `known` together with an operand of any type makes; dyn where more than one overload remains. */
function dynamicArithmetic(op: string, known: CelType, left: boolean): CelType | undefined {
  if (known.kind === 'dyn') return DYN;
  if (known.kind === 'duration' && (op === '+' || op === '-')) return op === '-' && left ? known : DYN;
  if (known.kind === 'timestamp' && op === '+') return known;
  if (known.kind === 'timestamp' && op === '-') return left ? DYN : { kind: 'duration' };
  return arithmeticType(op, known, known);
}

function arithmeticType(op: string, a: CelType, b: CelType): CelType | undefined {
  if (a.kind === 'dyn') return dynamicArithmetic(op, b, false);
  if (b.kind === 'dyn') return dynamicArithmetic(op, a, true);
  if (isTime(a) && isTime(b) && (op === '+' || op === '-')) {
    if (a.kind === b.kind) return op === '-' || a.kind === 'duration' ? { kind: 'duration' } : undefined;
    return { kind: 'timestamp' };
  }
  if (a.kind !== b.kind) return undefined;
  if (isNumber(a)) return op === '%' && a.kind === 'double' ? undefined : a;
  if (op !== '+') return undefined;
  if (a.kind === 'list' && b.kind === 'list') return listOf(join([a.element, b.element]));
  return a.kind === 'string' || a.kind === 'bytes' ? a : undefined;
}
