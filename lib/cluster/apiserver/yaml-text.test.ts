import { expect, it } from 'vitest';
import { jsonOfYaml, yamlOfJson } from './yaml-text.ts';

const valueOf = async (yaml: string): Promise<unknown> => JSON.parse((await jsonOfYaml(yaml)).text ?? '"failed"');

it('reads YAML 1.1 as upstream does: times and what looks like them are texts', async () => {
  expect(await valueOf('at: 2026-01-01T00:00:00Z\nday: 2026-01-01\nports: 12:30\n')).toEqual({
    at: '2026-01-01T00:00:00Z',
    day: '2026-01-01',
    ports: '12:30',
  });
  expect(await valueOf('a: yes\nb: off\nc: 0777\nd: 0x1F\ne: ~\nf: 1.5\n1: one\n')).toEqual({
    1: 'one',
    a: true,
    b: false,
    c: 511,
    d: 31,
    e: null,
    f: 1.5,
  });
  expect(await valueOf('base: &b { x: 1 }\nown: { <<: *b, z: 2 }\n')).toEqual({ base: { x: 1 }, own: { x: 1, z: 2 } });
});

it('says what is wrong, of each text by itself', async () => {
  const texts = ['a: [', 'a: 1', '\tb: 1', 'a: &a [*a, *a]'];
  const made = await Promise.all(texts.map((text) => jsonOfYaml(text)));
  expect(made.map((m) => m.error !== undefined)).toEqual([true, false, true, true]);
});

it('writes keys in order', async () => {
  const { text } = await yamlOfJson('{"b":["x"],"a":{"yes":"no"}}');
  expect(text).toBe('a:\n  "yes": "no"\nb:\n- x\n');
});
