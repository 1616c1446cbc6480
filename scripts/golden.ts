import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Recordings, recordings } from '../tests/golden/recording.ts';
import type { Result } from '../tests/golden/replay.mjs';

const USAGE = `usage: npm run --silent golden -- [-j N] [-q] [FOLDER or FOLDER/CASE …]

Replays recordings of a real Kubernetes against clusters in this process and prints what differs, then the share by folder.
  -j N  recordings at once (4 unless given)
  -q    one line for each recording`;

function options() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        jobs: { type: 'string', short: 'j', default: '4' },
        quiet: { type: 'boolean', short: 'q', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (err) {
    console.error(`${err instanceof Error ? err.message : String(err)}\n\n${USAGE}`);
    return process.exit(2);
  }
}

/** The lines that differ, as `diff` shows them. */
function difference(expected: string, got: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'drydock-golden-diff-'));
  writeFileSync(join(dir, 'recorded'), `${expected}\n`);
  writeFileSync(join(dir, 'now'), `${got}\n`);
  const { stdout } = spawnSync('diff', ['-U', '1000', 'recorded', 'now'], { cwd: dir, encoding: 'utf8' });
  rmSync(dir, { recursive: true, force: true });
  return stdout.split('\n').slice(3).join('\n').trimEnd();
}

function show({ step, got }: Result, number: number): void {
  console.log(`  #${number} ${step.host ?? ''}$ ${step.command.join('\n  > ')}`);
  if (got.code !== step.code) console.log(`  exit status ${got.code}, recorded ${step.code}`);
  const lines = difference(step.expected.join('\n'), got.text);
  if (lines) console.log(lines.replaceAll(/^/gm, '    '));
}

const { values, positionals } = options();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const names = recordings(positionals.map((p) => p.replace(/\.case$|\/$/g, '')));
const byFolder = new Map<string, { passed: number; failed: number }>();
const runner = new Recordings();
const queue = [...names];

async function work(): Promise<void> {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const results = await runner.replay(name);
    const wrong = results.filter((r) => !r.same);
    const folder = name.slice(0, name.indexOf('/'));
    const sum = byFolder.get(folder) ?? { passed: 0, failed: 0 };
    byFolder.set(folder, { passed: sum.passed + results.length - wrong.length, failed: sum.failed + wrong.length });
    console.log(
      `${wrong.length > 0 ? 'FAIL' : 'ok  '} ${name} (${results.length - wrong.length}/${results.length})${wrong.length > 0 ? ` #${wrong.map((r) => results.indexOf(r) + 1).join(' #')}` : ''}`,
    );
    if (!values.quiet) for (const r of wrong) show(r, results.indexOf(r) + 1);
  }
}

await Promise.all(Array.from({ length: Number(values.jobs) || 1 }, work));
runner.close();
let passed = 0;
let failed = 0;
for (const [folder, sum] of [...byFolder].sort(([a], [b]) => a.localeCompare(b))) {
  const all = sum.passed + sum.failed;
  console.log(
    `${folder.padEnd(12)} ${sum.passed} of ${all} commands as recorded (${((100 * sum.passed) / all).toFixed(1)} %)`,
  );
  passed += sum.passed;
  failed += sum.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
