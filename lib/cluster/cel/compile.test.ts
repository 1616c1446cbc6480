import { describe, expect, test } from 'vitest';
import { BOOL, compile, DYN, fromJson, INT, listOf, mapOf, showType, STRING, type CelType } from './index.ts';

const spec: CelType = {
  kind: 'object',
  name: 'object',
  field: (name) => ({ cows: INT, name: STRING, tags: listOf(STRING) })[name],
};
const jsonPatch: CelType = { kind: 'object', name: 'JSONPatch', field: (name) => (name === 'op' ? STRING : DYN) };
const scope = {
  variables: new Map<string, CelType>([
    ['self', spec],
    ['oldSelf', INT],
    ['object', DYN],
    ['request', DYN],
  ]),
  structs: new Map<string, CelType>([
    ['JSONPatch', jsonPatch],
    ['Object.*', { kind: 'object', name: 'Object', field: () => DYN }],
  ]),
};

function error(expression: string): string {
  const made = compile(expression, scope);
  return made.ok ? `compiles to ${showType(made.program.type)}` : made.error;
}

function answer(expression: string, variables: Record<string, unknown> = {}): unknown {
  const made = compile(expression, { variables: new Map(Object.keys(variables).map((name) => [name, DYN])) });
  if (!made.ok) return made.error;
  const result = made.program.evaluate(Object.fromEntries(Object.entries(variables).map(([k, v]) => [k, fromJson(v)])));
  return result.ok ? result.value : result.error;
}

describe('compile errors are those of a real API server', () => {
  test.each([
    ["self.cows > 'many'", "1:11: found no matching overload for '_>_' applied to '(int, string)'", 10],
    ['self.horses > 1', "1:5: undefined field 'horses'", 4],
    [
      'self.cows +',
      "1:12: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
      11,
    ],
    ['self.cows >= oldSelf.orValue(0)', "1:29: found no matching overload for 'orValue' applied to 'int.(int)'", 28],
    ['thing.spec == 1', "1:1: undeclared reference to 'thing' (in container '')", 0],
    ['object.spec.', "1:13: Syntax error: no viable alternative at input '.'", 12],
    ["[JSONPatch{op: 'add'", "1:21: Syntax error: mismatched input '<EOF>' expecting {'}', ','}", 20],
  ])('%s', (expression, message, dots) => {
    expect(error(expression)).toBe(`ERROR: <input>:${message}\n | ${expression}\n | ${'.'.repeat(dots)}^`);
  });

  test('types are printed as upstream prints them', () => {
    expect(error('[1, 2].map(x, string(x))')).toBe('compiles to list(string)');
    expect(error("[JSONPatch{op: 'add'}]")).toBe('compiles to list(JSONPatch)');
    expect(error('Object{metadata: Object.metadata{labels: {"a": "b"}}}')).toBe('compiles to Object');
    expect(error('null')).toBe('compiles to null_type');
    expect(showType(mapOf(STRING, BOOL))).toBe('map(string, bool)');
  });

  test.each([
    ['object.spec.replicas + 1', 'int'],
    ["'a' + object.name", 'string'],
    ['object.a + object.b', 'dyn'],
    ["object.at - timestamp('2026-01-02T03:04:05Z')", 'google.protobuf.Duration'],
    ["object.at + duration('1h')", 'dyn'],
  ])('an operand of a known type decides what %s makes', (expression, type) => {
    expect(error(expression)).toBe(`compiles to ${type}`);
  });

  test('fields of struct literals are checked at their own place', () => {
    expect(error('JSONPatch{op: 1}')).toContain(
      "1:11: expected type of field 'op' is 'string' but provided type is 'int'",
    );
  });
});

describe('evaluation', () => {
  test.each([
    ['self.max - self.min < 100', { self: { min: 3 } }, 'no such key: max'],
    ["object.metadata.annotations['level'] == 'high'", { object: { metadata: {} } }, 'no such key: annotations'],
    ["self.all(g, g.startsWith('g-'))", { self: ['g-rye', 'rye'] }, false],
    ['self[3]', { self: [1] }, 'index out of bounds: 3'],
    ['self + 1 > 2', { self: 'a' }, 'no such overload'],
  ])('%s', (expression, variables, result) => {
    expect(answer(expression, variables)).toEqual(result);
  });

  test.each([
    ["quantity('1Gi').isGreaterThan(quantity('500Mi'))", true],
    ["quantity('1.5').add(quantity('500m')).asInteger() == 2", true],
    ["cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsIP('11.0.0.1')", true],
    ["ip('::1').isLoopback() && ip.isCanonical('::1') && isCIDR('10.0.0.0/8')", true],
    ["url('https://example.com:8443/a?b=c').getPort()", '8443'],
    ["semver('1.10.0').isGreaterThan(semver('1.9.3'))", true],
    ["'a-%s-%d'.format(['b', 3])", 'a-b-3'],
    ["'x1y22'.findAll('[0-9]+')", ['1', '22']],
    ["sets.contains(['a', 'b'], ['a']) && [1, 2].sum() == 3 && [1, 3].isSorted()", true],
  ])('%s', (expression, result) => {
    expect(answer(expression)).toEqual(result);
  });
});
