import { spawn } from 'node:child_process';
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** What became of one test. */
export interface Outcome {
  name: string;
  passed: boolean;
  seconds: number;
  /** The first lines of what the program said about a failure. */
  reason: string;
  /** All that it printed about this test. */
  log: string;
}

/** How long an interrupted test may clean up before the program is killed. */
const CLEAN_UP_MS = 20_000;

/** Unpacks the test program into `dir`, once. */
export async function unpackProgram(archive: string, dir: string): Promise<string> {
  const program = join(dir, 'e2e.test');
  if (existsSync(program)) return program;
  mkdirSync(dir, { recursive: true });
  const half = `${program}.${process.pid}`;
  await pipeline(createReadStream(archive), createGunzip(), createWriteStream(half));
  chmodSync(half, 0o755);
  renameSync(half, program);
  return program;
}

/** The names in `tests.txt`, which is YAML's single-quoted text without the quotes: `''` is one quote. */
export function testNames(list: string): string[] {
  return readFileSync(list, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.replaceAll("''", "'"));
}

export interface Batch {
  program: string;
  kubeconfig: string;
  kubectl: string;
  names: readonly string[];
  /** A test that runs longer is interrupted and has failed; the program's run ends with it. */
  limitMs: number;
  signal: AbortSignal;
  /** Asked after each test: false ends the run, as the cluster is gone. */
  usable(): boolean;
  onOutcome(outcome: Outcome): void;
}

/** Runs tests one after another; answers those that it did not come to. */
export async function runBatch(batch: Batch): Promise<string[]> {
  const left = new Set(batch.names);
  const child = spawn(batch.program, programArguments(batch), { stdio: ['ignore', 'pipe', 'pipe'] });
  const limit = new Limit(
    () => child.kill('SIGINT'),
    () => child.kill('SIGKILL'),
  );
  const stop = () => child.kill('SIGKILL');
  batch.signal.addEventListener('abort', stop);
  const reader = new SpecReader(
    batch.names,
    () => limit.start(batch.limitMs),
    (outcome) => {
      limit.stop();
      left.delete(outcome.name);
      batch.onOutcome(outcome);
      if (!batch.usable()) stop();
    },
  );
  const closed = new Promise((done) => child.once('close', done));
  child.stderr.resume();
  for await (const line of createInterface({ input: child.stdout })) reader.line(line);
  await closed;
  limit.stop();
  batch.signal.removeEventListener('abort', stop);
  if (!batch.signal.aborted) reader.end();
  return [...left];
}

function programArguments({ kubeconfig, kubectl, names }: Batch): string[] {
  const focus = names.map((n) => n.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  return [
    `--kubeconfig=${kubeconfig}`,
    `--kubectl-path=${kubectl}`,
    '--provider=skeleton',
    '--num-nodes=2',
    '--allowed-not-ready-nodes=0',
    '--dump-logs-on-failure=false',
    `--ginkgo.focus=(${focus})$`,
    '--ginkgo.no-color',
    '--ginkgo.v',
    '--ginkgo.timeout=2h',
    '--ginkgo.grace-period=10s',
    '--ginkgo.poll-progress-after=0s',
  ];
}

/** Interrupts at a time, and kills when that has not helped. */
class Limit {
  readonly #interrupt: () => void;
  readonly #kill: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(interrupt: () => void, kill: () => void) {
    this.#interrupt = interrupt;
    this.#kill = kill;
  }

  start(ms: number): void {
    this.stop();
    this.#timer = setTimeout(() => {
      this.#interrupt();
      this.#timer = setTimeout(this.#kill, CLEAN_UP_MS);
    }, ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

const RULE = '------------------------------';

/** Finds tests in what `--ginkgo.v` prints: a rule, the name with labels, its output, and a line `• … [1.2 seconds]`. */
class SpecReader {
  readonly #names: readonly string[];
  readonly #started: () => void;
  readonly #done: (outcome: Outcome) => void;
  #name: string | undefined;
  #lines: string[] = [];
  #began = 0;
  #last = '';
  #verdict: { passed: boolean; seconds: number } | undefined;

  constructor(names: readonly string[], started: () => void, done: (outcome: Outcome) => void) {
    this.#names = names;
    this.#started = started;
    this.#done = done;
  }

  line(line: string): void {
    if (this.#last === RULE && line.startsWith('[sig-')) {
      const name = this.#names.find((n) => line === n || line.startsWith(`${n} [`));
      if (name !== undefined && this.#name === undefined) {
        this.#name = name;
        this.#lines = [];
        this.#began = Date.now();
        this.#started();
      }
    }
    this.#last = line;
    if (this.#name === undefined) return;
    if (this.#verdict && line === RULE) return this.#finish(this.#verdict);
    this.#lines.push(line);
    const end =
      /^• (?:\[(.*?)\] )?\[([\d.]+) seconds\]/.exec(line) ?? /^S \[(SKIPPED)\] \[([\d.]+) seconds\]/.exec(line);
    if (end) this.#verdict = { passed: end[1] === undefined, seconds: Number(end[2]) };
  }

  /** The program has ended: a test that was under way has failed. */
  end(): void {
    if (this.#name !== undefined)
      this.#finish(this.#verdict ?? { passed: false, seconds: (Date.now() - this.#began) / 1000 });
  }

  #finish({ passed, seconds }: { passed: boolean; seconds: number }): void {
    const name = this.#name ?? '';
    const at = this.#lines.findLastIndex((l) => /^\s*\[(FAILED|TIMEDOUT|INTERRUPTED|PANICKED|SKIPPED)/.test(l));
    const reason = this.#lines.slice(at < 0 ? -8 : at, at < 0 ? undefined : at + 12).map((l) => l.trim());
    this.#name = undefined;
    this.#verdict = undefined;
    this.#done({
      name,
      passed,
      seconds,
      reason: passed ? '' : reason.filter(Boolean).join(' | ').slice(0, 600),
      log: this.#lines.join('\n'),
    });
  }
}
