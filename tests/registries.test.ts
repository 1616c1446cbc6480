import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** Families: one more member is one more file (or folder) and one line in the family's index.ts. */
const FAMILIES: { dir: string; not?: string[] }[] = [
  { dir: 'lib/cluster/profiles', not: ['profile.ts', 'recorded.ts', 'stamp.ts', 'facts'] },
  { dir: 'lib/cluster/admission', not: ['plugin.ts'] },
  { dir: 'lib/cluster/controllers', not: ['controller.ts', 'manager.ts', 'test-cluster.ts', 'shared'] },
  { dir: 'lib/cluster/scheduler/plugins' },
  {
    dir: 'lib/cluster/node/images',
    not: [
      'agnhost',
      'base-files.ts',
      'catalogue.ts',
      'image.ts',
      'reference.ts',
      'coredns',
      'control-plane.ts',
      'pages',
    ],
  },
  {
    dir: 'lib/cluster/node/tools',
    not: [
      'crictl-containers.ts',
      'crictl-images.ts',
      'crictl-inspect.ts',
      'etcd-endpoint.ts',
      'first-line.ts',
      'flags.ts',
      'node-tool.ts',
      'packet-rules.ts',
      'text-table.ts',
    ],
  },
  { dir: 'lib/exam/checks', not: ['check.ts', 'object-ref.ts', 'partial-match.ts', 'quote.ts', 'text-test.ts'] },
  { dir: 'scripts/bench', not: ['measure.ts', 'api-client.ts', 'scale.ts'] },
];

test.each(FAMILIES)('every member of $dir has its line in index.ts', ({ dir, not = [] }) => {
  const index = readFileSync(join(root, dir, 'index.ts'), 'utf8');
  const members = readdirSync(join(root, dir)).filter((name) => {
    if (name === 'index.ts' || name.endsWith('.test.ts') || not.includes(name)) return false;
    return name.endsWith('.ts') || statSync(join(root, dir, name)).isDirectory();
  });
  expect(members.length).toBeGreaterThan(0);
  expect(members.filter((m) => !index.includes(`'./${m}'`) && !index.includes(`'./${m}/`))).toEqual([]);
});
