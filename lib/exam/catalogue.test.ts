import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectPath } from '../kit/project-file.ts';
import { loadCatalogue } from './catalogue.ts';

const exercises = projectPath('exercises');

test('all exercises and exams of the project are sound', () => {
  const catalogue = loadCatalogue(exercises);
  expect(catalogue.problems).toEqual([]);
  expect([...catalogue.exams.keys()]).toContain('mock-1');
  for (const exercise of catalogue.exercises.values()) {
    const count = (folder: string) => exercise.proofs.filter((p) => p.name.startsWith(folder)).length;
    expect([exercise.slug, count('also/') >= 2, count('wrong/') >= 2]).toEqual([exercise.slug, true, true]);
  }
});

test('a mistake is named by file and field, and takes only its own exercise out', () => {
  const dir = mkdtempSync(join(tmpdir(), 'drydock-exercises-'));
  cpSync(exercises, dir, { recursive: true });
  const file = (name: string) => join(dir, 'tasks', name);
  writeFileSync(
    file('winter-menu/exercise.yaml'),
    `title: {en: Menu, ko: 메뉴}
domain: cooking
weight: 6
minutes: 7
hots: controlplane
checks:
  - {id: a, points: 0.3, what: {en: x, ko: x}, object: {kind: Pod}}
  - {id: b, points: 1, what: {en: x, ko: x}, shell: rm -rf /}
  - {id: b, points: 1, what: {en: x, ko: x}, requires: [c], absent: {kind: Pod, name: x}}
  - {id: d, points: 1, what: {en: x, ko: x}, cel: {objects: {}, expression: 'size('}}
`,
  );
  writeFileSync(file('night-shift/wrong/reads-nothing.sh'), 'true');
  writeFileSync(file('archive-node/start.yaml'), 'kind: Namespace\n---\na: [');
  const { problems, exercises: sound, exams } = loadCatalogue(dir);
  expect(problems).toEqual([
    expect.stringMatching(/^tasks\/archive-node\/start\.yaml: .* at line 3/),
    'tasks/archive-node/start.yaml: document 1: needs apiVersion, kind and metadata.name',
    'tasks/night-shift/wrong/reads-nothing.sh: needs a line "# earns: POINTS"',
    expect.stringContaining('tasks/winter-menu/exercise.yaml: domain: Invalid option'),
    'tasks/winter-menu/exercise.yaml: checks[0].points: Invalid number: must be a multiple of 0.5',
    expect.stringContaining('tasks/winter-menu/exercise.yaml: checks[1]: must have exactly one of absent, canI,'),
    expect.stringContaining('tasks/winter-menu/exercise.yaml: checks[3].cel.expression: is not CEL: '),
    'tasks/winter-menu/exercise.yaml: the file: Unrecognized key: "hots"',
    'exams/mock-1.yaml: tasks[0]: there is no sound exercise "archive-node"',
    'exams/mock-1.yaml: tasks[1]: there is no sound exercise "winter-menu"',
    'exams/mock-1.yaml: tasks[4]: there is no sound exercise "night-shift"',
  ]);
  expect([...sound.keys()]).toEqual(['parcel-desk', 'saved-ledger']);
  expect(exams.size).toBe(0);
});
