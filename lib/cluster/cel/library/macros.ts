import { Optional } from '@marcbachmann/cel-js';
import { renamed } from '../renamed.ts';
import type { Library } from './library.ts';

/** The parser's nodes, scopes and evaluator, as far as a macro uses them. */
interface Node {
  op: string;
  args: unknown;
}
interface Scope {
  forkWithVariable(name: string, type: unknown): Overlay;
}
interface Overlay extends Scope {
  reuse(parent: Scope): Overlay;
  setIterValue(value: unknown, evaluator: unknown): Overlay;
}
interface Evaluator {
  run(node: Node, scope: Scope): unknown;
  debugType(value: unknown): { fieldLazy(value: unknown, name: unknown, node: Node, evaluator: Evaluator): unknown };
}
interface TypeChecker {
  check(node: Node, scope: Scope): unknown;
  getType(name: string): unknown;
}
interface Expansion {
  ast: Node;
  args: readonly Node[];
  receiver: Node;
}

/** Evaluates one of a macro's bodies with values for its names. */
type Run = (body: number, ...values: readonly unknown[]) => unknown;

/** A macro whose first `names` arguments are names for what its other arguments are evaluated with. */
function macro(names: number, answer: (target: unknown, run: Run, bodies: number) => unknown) {
  return ({ ast, args, receiver }: Expansion) => {
    const bodies = args.slice(names);
    let scopes: Overlay[] = [];
    return {
      ast,
      async: false,
      typeCheck(checker: TypeChecker, _macro: unknown, scope: Scope) {
        checker.check(receiver, scope);
        let inner = scope;
        scopes = args.slice(0, names).map(({ args: name }) => {
          const fork = inner.forkWithVariable(String(name), checker.getType('dyn'));
          inner = fork;
          return fork;
        });
        for (const body of bodies) checker.check(body, inner);
        return checker.getType('dyn');
      },
      evaluate(evaluator: Evaluator, _macro: unknown, scope: Scope) {
        const target = evaluator.run(receiver, scope);
        const run: Run = (body, ...values) => {
          let inner = scope;
          scopes.forEach((fork, i) => {
            inner = fork.reuse(inner).setIterValue(values[i], evaluator);
          });
          const node = bodies[body];
          return node && evaluator.run(node, inner);
        };
        return answer(target, run, bodies.length);
      },
    };
  };
}

/** `has(list[0].name)`: whether there is a field; what it is looked for in may be any expression. */
function presence({ ast, args: [asked] }: Expansion) {
  const [target, name] = (asked?.args ?? []) as [Node, string];
  return {
    ast,
    async: false,
    typeCheck(checker: TypeChecker, _macro: unknown, scope: Scope) {
      checker.check(target, scope);
      return checker.getType('bool');
    },
    evaluate(evaluator: Evaluator, _macro: unknown, scope: Scope) {
      const found = evaluator.run(target, scope);
      const object: unknown = found instanceof Optional ? (found.hasValue() ? found.value() : undefined) : found;
      if (object === undefined) return false;
      return asked !== undefined && evaluator.debugType(object).fieldLazy(object, name, asked, evaluator) !== undefined;
    },
  };
}

/** Index or key, and value, of each element. */
function entriesOf(target: unknown): (readonly [unknown, unknown])[] {
  if (Array.isArray(target)) return target.map((value: unknown, i) => [BigInt(i), value] as const);
  if (target instanceof Map) return [...(target as Map<unknown, unknown>).entries()];
  if (typeof target === 'object' && target !== null) return Object.entries(target);
  throw new Error('no such overload');
}

/** One that decides is enough, whatever errors the others have. */
function decide(target: unknown, run: Run, decisive: boolean): boolean {
  let failure: unknown;
  for (const [key, value] of entriesOf(target)) {
    try {
      if (run(0, key, value) === decisive) return decisive;
    } catch (err) {
      failure ??= err;
    }
  }
  if (failure !== undefined) throw failure instanceof Error ? failure : new Error('no such overload');
  return !decisive;
}

/** The last body's value for each element that the first, where there are two, lets through. */
const transformed = (target: unknown, run: Run, bodies: number) =>
  entriesOf(target).flatMap(([key, value]) =>
    bodies === 1 || run(0, key, value) === true ? [[key, run(bodies - 1, key, value)] as const] : [],
  );

const one = macro(2, (target, run) => entriesOf(target).filter(([k, v]) => run(0, k, v) === true).length === 1);
const list = macro(2, (target, run, bodies) => transformed(target, run, bodies).map(([, value]) => value));
const map = macro(2, (target, run, bodies) =>
  Object.fromEntries(transformed(target, run, bodies).map(([key, value]) => [String(key), value])),
);
const entries = macro(2, (target, run, bodies) =>
  Object.assign({}, ...transformed(target, run, bodies).map(([, value]) => value)),
);

type Sortable = bigint | number | string | boolean | Date;
const onlyOne = macro(1, (target, run) => {
  const pairs = entriesOf(target);
  return pairs.filter(([key, value]) => run(0, Array.isArray(target) ? value : key) === true).length === 1;
});
const sorted = macro(1, (target, run) =>
  (target as unknown[])
    .map((value) => ({ value, key: run(0, value) as Sortable }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ value }) => value),
);

const isEmpty = (target: unknown) => !(target as Optional).hasValue();
const mapped = macro(1, (target, run) =>
  isEmpty(target) ? Optional.none() : Optional.of(run(0, (target as Optional).value())),
);
const flatMapped = macro(1, (target, run) =>
  isEmpty(target) ? Optional.none() : run(0, (target as Optional).value()),
);

/** Macros that the parser's own library lacks (cel-go's two-variable comprehensions, optionals and lists). */
export const macros: Library = {
  functions: [
    [`${renamed('has')}(ast): bool`, presence],
    ['list.all(ast, ast, ast): bool', macro(2, (target, run) => decide(target, run, false))],
    ['list.exists(ast, ast, ast): bool', macro(2, (target, run) => decide(target, run, true))],
    ['list.existsOne(ast, ast): bool', onlyOne],
    ['list.existsOne(ast, ast, ast): bool', one],
    ['list.exists_one(ast, ast, ast): bool', one],
    ['list.transformList(ast, ast, ast): list', list],
    ['list.transformList(ast, ast, ast, ast): list', list],
    ['list.transformMap(ast, ast, ast): map', map],
    ['list.transformMap(ast, ast, ast, ast): map', map],
    ['list.transformMapEntry(ast, ast, ast): map', entries],
    ['list.transformMapEntry(ast, ast, ast, ast): map', entries],
    ['list.sortBy(ast, ast): list', sorted],
    ['optional.optMap(ast, ast): optional<dyn>', mapped],
    ['optional.optFlatMap(ast, ast): optional<dyn>', flatMapped],
  ],
};
