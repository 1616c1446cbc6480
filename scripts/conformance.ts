import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createInterface } from 'node:readline';
import { projectPath } from '../lib/kit/project-file.ts';
import { runBatch, testNames, unpackProgram, type Outcome } from './conformance/e2e-program.ts';

const USAGE = `usage: npm run --silent conformance -- [--focus REGEX] [--skip REGEX] [-j N] [--limit SECONDS] [--minutes N] [--logs DIR]

Runs Kubernetes' conformance tests (../shared/conformance) against simulated clusters, then prints how many passed by sig and
which failed.
  --focus REGEX    only tests whose name matches
  --skip REGEX     no test whose name matches
  -j N             clusters at once, each with one test at a time (4 unless given)
  --limit SECONDS  how long one test may run (150 unless given; those that wait on purpose may take 6 minutes)
  --minutes N      how long all of it may run (40 unless given); what is left then has failed
  --logs DIR       where the whole output of each failed test is written`;

/** A cluster serves so many tests, then makes room for a fresh one. */
const TESTS_OF_A_CLUSTER = 12;
/** Tests that wait for minutes on purpose: they start first, so that the end does not wait for one of them. */
const LONG_LIMIT_S = 360;
const LONG = /\[Slow\]|\*not\* be restarted|monotonically|never restart|evicts pods|removing taint|CronJob|hostPort/;

function options() {
  try {
    const { values } = parseArgs({
      options: {
        focus: { type: 'string', default: '' },
        skip: { type: 'string', default: '^$' },
        jobs: { type: 'string', short: 'j', default: '4' },
        limit: { type: 'string', default: '150' },
        minutes: { type: 'string', default: '40' },
        logs: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (err) {
    console.error(`${err instanceof Error ? err.message : String(err)}\n\n${USAGE}`);
    return process.exit(2);
  }
}

interface RunningCluster {
  kubeconfig: string;
  /** Whether its process still runs. */
  alive(): boolean;
  stop(): Promise<void>;
}

/** Starts a cluster as a program of its own, as users do. */
async function startCluster(): Promise<RunningCluster> {
  const dir = mkdtempSync(join(tmpdir(), 'drydock-conformance-'));
  const kubeconfig = join(dir, 'kubeconfig');
  const args = [
    projectPath('scripts/run.mjs'),
    'scripts/cluster.ts',
    '--kubeconfig',
    kubeconfig,
    '--dir',
    join(dir, 'd'),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((done) => child.once('close', done));
  await ready(child);
  return {
    kubeconfig,
    alive: () => child.exitCode === null && child.signalCode === null,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function ready(child: ChildProcess): Promise<void> {
  if (child.stdout)
    for await (const line of createInterface({ input: child.stdout })) if (line.startsWith('ready ')) return;
  throw new Error('the cluster did not start');
}

const values = options();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const shared = projectPath('../shared/conformance');
if (!existsSync(join(shared, 'e2e.test.gz'))) {
  console.error(`Kubernetes' conformance tests are not here: ${shared} should hold e2e.test.gz and tests.txt.`);
  process.exit(2);
}
const kubectl = projectPath('build/tools/bin/kubectl');
const program = await unpackProgram(join(shared, 'e2e.test.gz'), join(tmpdir(), 'conformance'));
const focus = new RegExp(values.focus);
const skip = new RegExp(values.skip);
const names = testNames(join(shared, 'tests.txt')).filter((n) => focus.test(n) && !skip.test(n));
const queue = [...names.filter((n) => LONG.test(n)), ...names.filter((n) => !LONG.test(n))];
const workers = Math.max(1, Number(values.jobs) || 1);
const outcomes = new Map<string, Outcome>();
const overall = new AbortController();
const began = Date.now();
setTimeout(() => overall.abort(), Number(values.minutes) * 60_000).unref();
process.once('SIGINT', () => overall.abort());
process.once('SIGTERM', () => overall.abort());
if (values.logs !== undefined) mkdirSync(values.logs, { recursive: true });

function note(outcome: Outcome): void {
  outcomes.set(outcome.name, outcome);
  const { name, passed, seconds, reason, log } = outcome;
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${name} (${seconds.toFixed(0)} s)${passed ? '' : `\n     ${reason}`}`);
  if (!passed && values.logs !== undefined)
    writeFileSync(join(values.logs, `${name.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, 200)}.log`), log);
}

async function work(): Promise<void> {
  while (queue.length > 0 && !overall.signal.aborted) {
    const share = Math.ceil(queue.length / (workers * 2));
    const mine = queue.splice(0, LONG.test(queue[0] ?? '') ? 1 : Math.min(TESTS_OF_A_CLUSTER, share));
    let cluster = await startCluster();
    for (let left = mine; left.length > 0 && !overall.signal.aborted;) {
      const limitMs = (LONG.test(left[0] ?? '') ? LONG_LIMIT_S : Number(values.limit)) * 1000;
      const rest = await runBatch({
        program,
        kubectl,
        kubeconfig: cluster.kubeconfig,
        names: left,
        limitMs,
        signal: overall.signal,
        usable: () => cluster.alive(),
        onOutcome: note,
      });
      if (!cluster.alive()) {
        console.log('a cluster has ended by itself: the rest of its tests get another');
        await cluster.stop();
        cluster = await startCluster();
      }
      // A run that came to nothing would do so again.
      if (rest.length === left.length) break;
      left = rest;
    }
    await cluster.stop();
  }
}

await Promise.all(Array.from({ length: workers }, work));

const bySig = new Map<string, { passed: number; all: number }>();
for (const name of names) {
  const sig = /^\[(.*?)\]/.exec(name)?.[1] ?? '';
  const sum = bySig.get(sig) ?? { passed: 0, all: 0 };
  sum.all++;
  if (outcomes.get(name)?.passed) sum.passed++;
  bySig.set(sig, sum);
}
const failed = names.filter((n) => !outcomes.get(n)?.passed);
console.log(`\n${Math.round((Date.now() - began) / 1000)} s`);
for (const [sig, { passed, all }] of bySig) console.log(`${sig.padEnd(22)} ${passed} of ${all}`);
for (const name of failed) console.log(`failed: ${name}: ${outcomes.get(name)?.reason ?? 'did not run'}`);
console.log(`${names.length - failed.length} passed, ${failed.length} failed`);
process.exit(failed.length > 0 ? 1 : 0);
