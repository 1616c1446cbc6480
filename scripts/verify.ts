// `npm run --silent verify -- [SLUG…] [--script FILE] [--json]`: proves exercises in real sandboxes on fresh clusters.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PkiPool, createCluster } from '../lib/cluster/index.ts';
import { config } from '../lib/config.ts';
import { loadCatalogue } from '../lib/exam/index.ts';
import type { CheckResult } from '../lib/exam/index.ts';
import { earnedPoints, grade, prepare } from '../lib/exam/proctor.ts';
import type { Exercise, ProofScript } from '../lib/exam/exercise.ts';
import type { CommandResult } from '../lib/fleet/index.ts';
import { accessToCluster, taskHosts } from '../lib/fleet/worker/index.ts';
import { systemClock } from '../lib/kit/clock.ts';
import { projectPath } from '../lib/kit/project-file.ts';

const USAGE = `usage: npm run --silent verify -- [SLUG…] [--script FILE] [--json]

Proves exercises (all unless named): untouched they earn nothing, the reference and the alternative solutions everything,
the wrong solutions what they declare. Each script runs as the candidate on the exercise's host (or on the one that its
line "# on: HOST" names) against a cluster of its own.
  --script FILE  runs this script on the one exercise named, and prints its score and each check
  --json         one JSON object a line for each script`;

/** Proofs mostly wait for pods to start. */
const AT_ONCE = 3;
const SCRIPT_LIMIT_MS = 120_000;

interface Proof {
  exercise: Exercise;
  name: string;
  /** Absent: the cluster is left untouched. */
  script?: string;
  /** Points that it must earn; absent: any. */
  earns?: number;
}

interface Verdict {
  slug: string;
  script: string;
  earned: number;
  points: number;
  /** Points that were declared. */
  expected?: number;
  ok: boolean;
  checks: CheckResult[];
  /** How the script ended, where one ran. */
  run?: CommandResult;
}

function fail(message: string): never {
  console.error(`${message}\n\n${USAGE}`);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { script: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
    });
  } catch (err) {
    return fail((err as Error).message);
  }
}

async function prove({ exercise, name, script, earns }: Proof, pki: PkiPool): Promise<Verdict> {
  const dir = mkdtempSync(join(tmpdir(), 'drydock-verify-'));
  const cluster = await createCluster({ profile: exercise.profile, dir: join(dir, 'cluster'), pki });
  const hosts = taskHosts(cluster, join(dir, 'base'), systemClock);
  try {
    const access = accessToCluster(cluster, hosts, systemClock);
    await prepare(exercise, access);
    const host = /^# on: (\S+)$/m.exec(script ?? '')?.[1] ?? exercise.host;
    const run =
      script === undefined
        ? undefined
        : await access.run(host, script, { user: 'candidate', timeoutMs: SCRIPT_LIMIT_MS });
    const checks = await grade(exercise, access);
    const earned = earnedPoints(checks);
    const ok = earns === undefined || earned === earns;
    return { slug: exercise.slug, script: name, earned, points: exercise.points, expected: earns, ok, checks, run };
  } finally {
    await hosts.dispose();
    await cluster.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

function proofsOf(exercise: Exercise): Proof[] {
  const scripts = exercise.proofs.map((proof: ProofScript): Proof => ({ exercise, ...proof }));
  return [{ exercise, name: 'untouched', earns: 0 }, ...scripts];
}

function show(verdict: Verdict, withChecks: boolean): string {
  const { slug, script, earned, points, expected, ok, checks, run } = verdict;
  const must = ok ? '' : `, must be ${expected}`;
  const lines = [`${ok ? 'ok  ' : 'FAIL'} ${slug} ${script}: ${earned}/${points}${must}`];
  if (!ok || withChecks) {
    for (const c of checks) {
      lines.push(`     ${c.earned}/${c.points} ${c.id}: ${c.what.en} ${c.why.en}`);
      if (c.earned < c.points) lines.push(`         expected: ${c.expected}`, `         found:    ${c.found}`);
    }
    if (run) lines.push(`     the script ended with status ${run.exitCode}`, run.stdout + run.stderr);
  }
  return lines.join('\n');
}

const { values, positionals: slugs } = options();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const catalogue = loadCatalogue(config().exercisesDir);
const unknown = slugs.filter((slug) => !catalogue.exercises.has(slug));
const isNamed = (problem: string) => slugs.length === 0 || slugs.some((slug) => problem.startsWith(`tasks/${slug}/`));
const problems = catalogue.problems.filter(isNamed);
if (unknown.length > 0 && problems.length === 0) fail(`there is no exercise ${unknown.join(', ')}`);
for (const problem of problems) console.error(`FAIL ${problem}`);

const chosen = [...catalogue.exercises.values()].filter((e) => slugs.length === 0 || slugs.includes(e.slug));
const [only] = chosen;
if (values.script !== undefined && (slugs.length !== 1 || !only)) fail('--script needs exactly one exercise');
const proofs =
  values.script !== undefined && only
    ? [{ exercise: only, name: values.script, script: readFileSync(values.script, 'utf8') }]
    : chosen.flatMap(proofsOf);

const pki = new PkiPool(projectPath('build/pki'), AT_ONCE);
// The clusters' timers do not keep a process alive.
const alive = setInterval(() => undefined, 2 ** 30);
let passed = 0;
let failed = problems.length;
const queue = [...proofs];
async function worker(): Promise<void> {
  for (let proof = queue.shift(); proof; proof = queue.shift()) {
    const { exercise, name } = proof;
    const verdict = await prove(proof, pki).catch((err: unknown) => {
      console.error(`FAIL ${exercise.slug} ${name}: ${err instanceof Error ? err.stack : String(err)}`);
    });
    if (verdict?.ok) passed++;
    else failed++;
    if (verdict) console.log(values.json ? JSON.stringify(verdict) : show(verdict, values.script !== undefined));
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, worker));
clearInterval(alive);
pki.stop();
if (!values.json) console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
