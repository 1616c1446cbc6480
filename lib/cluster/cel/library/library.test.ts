import { expect, test } from 'vitest';
import type { UserInfo } from '../../machinery/user.ts';
import type { AccessQuestion } from '../../machinery/access-question.ts';
import { admissionScope, CelAuthorizer, compile, fromJson, toJson } from '../index.ts';

const asked: [string, AccessQuestion][] = [];
const authorize = (user: UserInfo, question: AccessQuestion) => {
  asked.push([user.username, question]);
  return { allowed: question.verb === 'create', reason: 'because' };
};
const request = { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'shop' };
const values = {
  object: fromJson({ tags: ['a', 'b', 'a'], ports: { http: 80, dns: 53 }, name: 'web' }),
  authorizer: new CelAuthorizer({ username: 'lena', groups: [] }, authorize, request),
};
const scope = admissionScope({ hasParams: false });

function answer(expression: string): unknown {
  const made = compile(expression, scope);
  if (!made.ok) return made.error.split('\n')[0];
  const result = made.program.evaluate(values);
  return result.ok ? toJson(result.value) : result.error;
}

test.each([
  ['object.tags.all(i, v, i < 3 && v.size() == 1)', true],
  ["object.ports.exists(name, port, name == 'dns' && port == 53)", true],
  ['object.ports.existsOne(name, port, port > 0)', false],
  ["object.tags.existsOne(v, v == 'b')", true],
  ['object.tags.transformList(i, v, i > 0, v + string(i))', ['b1', 'a2']],
  ['object.ports.transformMap(name, port, port + 1)', { http: 81, dns: 54 }],
  ['object.ports.transformMapEntry(name, port, {string(port): name})', { '53': 'dns', '80': 'http' }],
  ['object.tags.sortBy(v, v)', ['a', 'a', 'b']],
  ["object.?name.optMap(n, n + '!').orValue('')", 'web!'],
  ['lists.range(3).sort()', [0, 1, 2]],
  ['object.tags.first().value()', 'a'],
  ["strings.quote('a')", '"a"'],
  ["matches(object.name, '^w.b$')", true],
  ["object.name.matches('^(?i)[[:alpha:]]+$')", true],
  ["'ab1'.findAll('[a-z]')", ['a', 'b']],
  ['[object][0].tags.size() == 3 && has([object][0].name) && !has([object][0].kind)', true],
  ['has(object.?nothing.name)', false],
])('%s', (expression, result) => {
  expect(answer(expression)).toEqual(result);
});

test('formats say what is wrong with a text', () => {
  expect(answer("format.dns1123Label().validate('web').hasValue()")).toBe(false);
  expect(answer("format.uuid().validate('web').value()")).toEqual(['does not match the UUID format']);
  expect(answer("format.named('nothing').hasValue()")).toBe(false);
});

test('authorizer asks for who made the request, or for a service account', () => {
  asked.length = 0;
  expect(answer("authorizer.group('').resource('pods').namespace('a').name('b').check('get').allowed()")).toBe(false);
  expect(answer("authorizer.requestResource.subresource('scale').check('create').allowed()")).toBe(true);
  expect(answer("authorizer.serviceAccount('shop', 'robot').path('/healthz').check('get').reason()")).toBe('because');
  expect(asked).toEqual([
    ['lena', { verb: 'get', group: '', version: '*', resource: 'pods', namespace: 'a', name: 'b' }],
    ['lena', { verb: 'create', ...request, subresource: 'scale' }],
    ['system:serviceaccount:shop:robot', { verb: 'get', path: '/healthz' }],
  ]);
  expect(answer("authorizer.group('').resource('').check('get').allowed()")).toBe('resource must not be empty');
  expect(answer('authorizer.fault')).toBe("ERROR: <input>:1:11: undefined field 'fault'");
});
