import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { projectPath } from '../../lib/kit/project-file.ts';
import { Recordings, recordings } from './recording.ts';

interface Gap {
  /** One-based numbers of the recorded commands that answer otherwise. */
  commands: number[];
  why: string;
  /** Sometimes they answer as recorded. */
  varies?: boolean;
}

/** What does not answer as recorded, by recording. */
const gaps = new Map(
  Object.entries((parse(readFileSync(projectPath('tests/golden/gaps.yaml'), 'utf8')) ?? {}) as Record<string, Gap>),
);
const names = recordings();
const runner = new Recordings();
afterAll(() => runner.close());

test('gaps belong to recordings that exist', () => {
  expect([...gaps.keys()].filter((name) => !names.includes(name))).toEqual([]);
});

describe.concurrent('recordings of a real cluster', () => {
  // A recording waits for the cluster in real time, beside others, and kubectl prints some things in a random order.
  test.each(names)('%s', { retry: 3 }, async (name) => {
    const results = await runner.replay(name);
    const wrong = results.flatMap((r, i) =>
      r.same
        ? []
        : [{ number: i + 1, command: r.step.command.join('\n'), got: r.got.text, code: r.got.code, recorded: r.step.expected.join('\n') }],
    );
    const { commands: known = [], varies = false } = gaps.get(name) ?? {};
    expect(wrong.filter((w) => !known.includes(w.number))).toEqual([]);
    // A gap that has closed leaves the list.
    if (!varies) expect(known.filter((n) => !wrong.some((w) => w.number === n))).toEqual([]);
  });
});
