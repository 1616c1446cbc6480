import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { z } from 'zod';
import type { KubeJson } from '../fleet/index.ts';
import type { Bilingual } from '../kit/bilingual.ts';
import { examFile, exerciseFile, slug as slugForm } from './exercise.ts';
import type { Exercise, NodeFile, ProofScript } from './exercise.ts';

export interface Exam {
  slug: string;
  title: Bilingual;
  minutes: number;
  passMark: number;
  tasks: readonly Exercise[];
}

/** Everything that can be practised. What has a mistake is left out, and `problems` says what is wrong, and where. */
export interface Catalogue {
  exercises: ReadonlyMap<string, Exercise>;
  exams: ReadonlyMap<string, Exam>;
  /** `tasks/web/exercise.yaml: checks[2].object.kind: …`. */
  problems: readonly string[];
}

/** Collects what is wrong in one folder or file, so that an author sees all of it at once. */
class Problems {
  readonly list: string[] = [];
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  add(file: string, message: string): void {
    this.list.push(`${relative(this.#root, file)}: ${message}`);
  }

  text(file: string): string {
    if (existsSync(file)) return readFileSync(file, 'utf8');
    this.add(file, 'is missing');
    return '';
  }

  /** All documents of a YAML file. */
  yaml(file: string): unknown[] {
    return parseAllDocuments(this.text(file)).flatMap((doc) => {
      for (const e of doc.errors) this.add(file, e.message.split('\n')[0] ?? '');
      const value: unknown = doc.errors.length ? null : doc.toJS();
      return value === null ? [] : [value];
    });
  }

  /** The file's one document in the form of `schema`. */
  read<T>(file: string, schema: z.ZodType<T>): T | undefined {
    const before = this.list.length;
    const [value] = this.yaml(file);
    if (this.list.length > before) return undefined;
    const parsed = schema.safeParse(value ?? {});
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) this.add(file, `${showPath(issue.path)}: ${issue.message}`);
    return undefined;
  }
}

const showPath = (path: readonly PropertyKey[]): string =>
  path.map((p, i) => (typeof p === 'number' ? `[${p}]` : `${i ? '.' : ''}${String(p)}`)).join('') || 'the file';

const entries = (dir: string): string[] => (existsSync(dir) ? readdirSync(dir).sort() : []);

function* filesBelow(dir: string): Generator<string> {
  for (const entry of entries(dir)) {
    const path = join(dir, entry);
    if (statSync(path).isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

function readNodeFiles(dir: string): NodeFile[] {
  return entries(dir).flatMap((node) =>
    [...filesBelow(join(dir, node))].map((source) => ({
      node,
      path: `/${relative(join(dir, node), source)}`,
      source,
      mode: statSync(source).mode & 0o777,
    })),
  );
}

/** `solution.sh`, `also/*.sh` and `wrong/*.sh`; the latter say in a comment what they earn: `# earns: 3.5`. */
function readProofs(dir: string, points: number, problems: Problems): ProofScript[] {
  const scripts = (folder: string) => entries(join(dir, folder)).map((f) => join(folder, f));
  const all: ProofScript[] = ['solution.sh', ...scripts('also')].map((name) => ({
    name,
    script: problems.text(join(dir, name)),
    earns: points,
  }));
  for (const name of scripts('wrong')) {
    const script = problems.text(join(dir, name));
    const earns = /^# earns: ([0-9.]+)$/m.exec(script)?.[1];
    if (earns === undefined) problems.add(join(dir, name), 'needs a line "# earns: POINTS"');
    else if (Number(earns) >= points)
      problems.add(join(dir, name), `earns: a wrong solution earns less than ${points}`);
    all.push({ name, script, earns: Number(earns) });
  }
  return all;
}

function readStart(file: string, problems: Problems): KubeJson[] {
  if (!existsSync(file)) return [];
  return problems.yaml(file).flatMap((value, i) => {
    const object = value as KubeJson & { metadata?: { name?: unknown } };
    if (typeof object.apiVersion === 'string' && typeof object.kind === 'string' && object.metadata?.name)
      return [object];
    problems.add(file, `document ${i + 1}: needs apiVersion, kind and metadata.name`);
    return [];
  });
}

/** Loads one exercise; undefined when something is wrong with it. */
function loadExercise(dir: string, slug: string, problems: Problems): Exercise | undefined {
  const before = problems.list.length;
  const named = slugForm.safeParse(slug);
  if (!named.success) problems.add(dir, `the folder's name ${named.error.issues[0]?.message}`);
  const main = problems.read(join(dir, 'exercise.yaml'), exerciseFile);
  const both = (name: string): Bilingual => ({
    en: problems.text(join(dir, `${name}.en.md`)),
    ko: problems.text(join(dir, `${name}.ko.md`)),
  });
  const points = main?.checks.reduce((sum, c) => sum + c.points, 0) ?? 0;
  const rest = {
    text: both('task'),
    solution: both('solution'),
    script: problems.text(join(dir, 'solution.sh')),
    start: readStart(join(dir, 'start.yaml'), problems),
    nodeFiles: readNodeFiles(join(dir, 'nodes')),
    proofs: main ? readProofs(dir, points, problems) : [],
  };
  return main && problems.list.length === before ? { slug, points, ...main, ...rest } : undefined;
}

/** Loads `<dir>/tasks` and `<dir>/exams`. Nothing in them is executed. */
export function loadCatalogue(dir: string): Catalogue {
  const problems = new Problems(dir);
  const exercises = new Map<string, Exercise>();
  for (const slug of entries(join(dir, 'tasks'))) {
    const exercise = loadExercise(join(dir, 'tasks', slug), slug, problems);
    if (exercise) exercises.set(slug, exercise);
  }
  const exams = new Map<string, Exam>();
  for (const name of entries(join(dir, 'exams'))) {
    const file = join(dir, 'exams', name);
    const exam = problems.read(file, examFile);
    if (!exam) continue;
    const tasks = exam.tasks.flatMap((slug, i) => {
      const task = exercises.get(slug);
      if (!task) problems.add(file, `tasks[${i}]: there is no sound exercise "${slug}"`);
      return task ?? [];
    });
    const slug = name.replace(/\.yaml$/, '');
    if (tasks.length === exam.tasks.length) exams.set(slug, { slug, ...exam, tasks });
  }
  return { exercises, exams, problems: problems.list };
}
