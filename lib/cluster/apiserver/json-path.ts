import { isJsonObject } from '../machinery/object.ts';

type Step = { member: string } | { index: number } | { all: true } | { where: string; equals: unknown };

const TOKEN =
  /\.([\w-]+)|\['([^']*)'\]|\["([^"]*)"\]|\[(-?\d+)\]|(\[\*\]|\.\*)|\[\?\(@\.([\w.-]+)\s*==\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+))\)\]/y;

/** The steps of a path in the part of JSONPath that definitions use; undefined for any other. */
function stepsOf(path: string): Step[] | undefined {
  const text = path.replace(/^\{|\}$/g, '').replace(/^\$/, '');
  const source = text.startsWith('.') || text.startsWith('[') ? text : `.${text}`;
  const steps: Step[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const m = TOKEN.exec(source);
    if (!m) return undefined;
    const [, member, single, double, index, all, where, quoted, apostrophed, bare] = m;
    const name = member ?? single ?? double;
    if (name !== undefined) steps.push({ member: name });
    else if (index !== undefined) steps.push({ index: Number(index) });
    else if (all) steps.push({ all: true });
    else if (where !== undefined) steps.push({ where, equals: quoted ?? apostrophed ?? JSON.parse(bare ?? 'null') });
  }
  return steps;
}

function take(value: unknown, step: Step): unknown[] {
  if ('member' in step) {
    return isJsonObject(value) && value[step.member] !== undefined ? [value[step.member]] : [];
  }
  if ('all' in step)
    return isJsonObject(value) ? Object.values(value) : Array.isArray(value) ? (value as unknown[]) : [];
  if (!Array.isArray(value)) return [];
  if ('index' in step) {
    const found: unknown = value.at(step.index);
    return found === undefined ? [] : [found];
  }
  return value.filter((item) => valuesAt(item, `.${step.where}`)[0] === step.equals);
}

const parsed = new Map<string, Step[] | undefined>();

/**
 * What a path selects in a JSON value, in order; nothing for a path that is not understood.
 *
 *     valuesAt({a: [{t: 'x', v: 1}]}, '.a[?(@.t=="x")].v') is [1]
 */
export function valuesAt(value: unknown, path: string): unknown[] {
  if (!parsed.has(path)) parsed.set(path, stepsOf(path));
  return (parsed.get(path) ?? [{ index: -1 }]).reduce<unknown[]>(
    (found, step) => found.flatMap((v) => take(v, step)),
    [value],
  );
}
