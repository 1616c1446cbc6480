import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

/** The import table of ARCHITECTURE.md: a part may import itself and what is listed here. Type imports count. */
const ALLOWED: Record<string, string[]> = {
  'lib/kit': [],
  'lib/cluster/machinery': ['lib/kit'],
  'lib/cluster/schema': ['lib/kit', 'lib/cluster/machinery'],
  'lib/cluster/model': ['lib/kit', 'lib/cluster/machinery', 'lib/cluster/schema'],
  'lib/cluster/cel': ['lib/kit', 'lib/cluster/machinery', 'lib/cluster/schema'],
  'lib/cluster/store': ['lib/kit', 'lib/cluster/machinery', 'lib/cluster/schema'],
  'lib/cluster/kinds': [
    'lib/kit',
    'lib/cluster/machinery',
    'lib/cluster/schema',
    'lib/cluster/model',
    'lib/cluster/cel',
  ],
  'lib/cluster/client': ['lib/kit', 'lib/cluster/machinery', 'lib/cluster/schema'],
  'lib/cluster/access': [
    'lib/kit',
    'lib/cluster/machinery',
    'lib/cluster/schema',
    'lib/cluster/model',
    'lib/cluster/client',
  ],
  'lib/cluster/admission': [
    'lib/kit',
    'lib/cluster/machinery',
    'lib/cluster/schema',
    'lib/cluster/model',
    'lib/cluster/cel',
    'lib/cluster/client',
  ],
  'lib/cluster/apiserver': [
    'lib/kit',
    'lib/cluster/machinery',
    'lib/cluster/schema',
    'lib/cluster/store',
    'lib/cluster/kinds',
    'lib/cluster/access',
    'lib/cluster/admission',
    'lib/cluster/cel',
  ],
  'lib/cluster/controllers': [
    'lib/kit',
    'lib/cluster/machinery',
    'lib/cluster/schema',
    'lib/cluster/model',
    'lib/cluster/cel',
    'lib/cluster/client',
  ],
  'lib/cluster/scheduler': [
    'lib/kit',
    'lib/cluster/machinery',
    'lib/cluster/schema',
    'lib/cluster/model',
    'lib/cluster/client',
  ],
  'lib/cluster/network': [
    'lib/kit',
    'lib/cluster/machinery',
    'lib/cluster/schema',
    'lib/cluster/model',
    'lib/cluster/client',
  ],
  'lib/cluster/node': [
    'lib/kit',
    'lib/cluster/machinery',
    'lib/cluster/schema',
    'lib/cluster/model',
    'lib/cluster/client',
    'lib/cluster/network',
  ],
  'lib/cluster/profiles': ['lib/kit', 'lib/cluster/machinery', 'lib/cluster/access', 'lib/cluster/store'],
  'lib/cluster': ['lib/kit', 'lib/cluster/*'],
  'lib/terminal': ['lib/kit', 'lib/cluster/index.ts'],
  'lib/errors': ['lib/kit'],
  'lib/log': ['lib/kit'],
  'lib/config': [],
  'lib/i18n': ['lib/kit'],
  'lib/db': ['lib/kit', 'lib/config'],
  'lib/auth': ['lib/kit', 'lib/errors', 'lib/db', 'lib/config'],
  'lib/exam': ['lib/kit', 'lib/errors', 'lib/log', 'lib/config', 'lib/db', 'lib/fleet'],
  'lib/classroom': ['lib/kit', 'lib/errors', 'lib/log', 'lib/db', 'lib/fleet'],
  'lib/fleet': ['lib/kit', 'lib/errors', 'lib/log', 'lib/config', 'lib/db'],
  'lib/fleet/worker': [
    'lib/kit',
    'lib/errors',
    'lib/log',
    'lib/config',
    'lib/fleet',
    'lib/cluster/index.ts',
    'lib/terminal/index.ts',
  ],
  app: [
    'lib/kit',
    'lib/errors',
    'lib/i18n/index.ts',
    'lib/auth/index.ts',
    'lib/exam/index.ts',
    'lib/classroom/index.ts',
    'lib/fleet/index.ts',
  ],
};

/** Entry points: they may import anything, and nothing imports them. */
const ENTRIES = ['server.ts', 'worker.ts', 'scripts', 'tests'];

/** Which npm packages only one part may use. */
const OWNED_PACKAGES: Record<string, string> = {
  '@prisma/': 'lib/db',
  '@lydell/node-pty': 'lib/terminal/pty.ts',
};

const root = resolve(import.meta.dirname, '..');

function* sources(dir: string): Generator<string> {
  for (const entry of readdirSync(join(root, dir), { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory() && !['node_modules', 'generated'].includes(entry.name)) yield* sources(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

const files = ['lib', 'app', 'scripts'].flatMap((dir) => [...sources(dir)]);

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = text.matchAll(
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm,
  );
  return [...found].map((m) => m[1] ?? m[2] ?? m[3] ?? '');
}

/** The path below the root of an import of ours; undefined for a package. */
function target(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('@/')) return specifier.slice(2);
  return specifier.startsWith('.') ? relative(root, resolve(root, dirname(file), specifier)) : undefined;
}

/** The most specific part of the table that a file belongs to. */
function partOf(path: string): string | undefined {
  const parts = [...Object.keys(ALLOWED), ...ENTRIES];
  return parts
    .filter((p) => path === p || path.startsWith(`${p}/`) || path === `${p}.ts`)
    .sort((a, b) => b.length - a.length)[0];
}

const covers = (allowed: string, path: string) =>
  allowed.endsWith('/*')
    ? path.startsWith(allowed.slice(0, -1))
    : path === allowed || path === `${allowed}.ts` || (!allowed.endsWith('.ts') && path.startsWith(`${allowed}/`));

const isTest = (file: string) => /\.test\.tsx?$/.test(file);

test('every file belongs to a part of the table', () => {
  expect(files.filter((f) => partOf(f) === undefined)).toEqual([]);
});

test('parts import only what the table allows', () => {
  const wrong = files.flatMap((file) => {
    const part = partOf(file) ?? '';
    if (isTest(file) || ENTRIES.includes(part)) return [];
    return importsOf(file).flatMap((specifier) => {
      const path = target(file, specifier);
      if (path === undefined || partOf(path) === part) return [];
      return (ALLOWED[part] ?? []).some((a) => covers(a, path)) ? [] : [`${file} imports ${path}`];
    });
  });
  expect(wrong).toEqual([]);
});

test('nothing imports tests or entry points', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file).flatMap((s) => {
      const path = target(file, s);
      const entry = path !== undefined && ENTRIES.includes(partOf(path) ?? '');
      return entry && !ENTRIES.includes(partOf(file) ?? '') && !isTest(file) ? [`${file} imports ${path}`] : [];
    }),
  );
  expect(wrong).toEqual([]);
});

test('some packages belong to one part', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file).flatMap((s) => {
      const owner = Object.entries(OWNED_PACKAGES).find(([name]) => s.startsWith(name))?.[1];
      return owner && !isTest(file) && !covers(owner, file) ? [`${file} imports ${s}`] : [];
    }),
  );
  expect(wrong).toEqual([]);
});

test('time, chance and the environment have one door each', () => {
  const doors: [RegExp, string[]][] = [
    [/\bDate\.now\(\)|\bnew Date\(\)|\bsetTimeout\(|\bsetInterval\(|performance\.now\(/, ['lib/kit/clock.ts', 'app']],
    [/\bMath\.random\(|\brandomUUID\(/, ['lib/kit/random.ts']],
    [/\bprocess\.env\b/, ['lib/config.ts']],
  ];
  const wrong = files
    .filter((f) => f.startsWith('lib/') || f.startsWith('app/'))
    .filter((f) => !isTest(f))
    .flatMap((file) => {
      const code = readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      return doors.flatMap(([use, allowed]) =>
        use.test(code) && !allowed.some((a) => covers(a, file)) ? [`${file}: ${use.exec(code)?.[0]}`] : [],
      );
    });
  expect(wrong).toEqual([]);
});
