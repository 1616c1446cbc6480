import { existsSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MvccStore } from '../../lib/cluster/store/mvcc.ts';
import type { KubeObject } from '../../lib/cluster/machinery/object.ts';
import { ManualClock } from '../../lib/kit/clock.ts';
import { seededRandom } from '../../lib/kit/random.ts';
import { standaloneServer } from '../api/api-server.ts';
import { Shots, type Shot } from './requests.ts';

/** What must not happen to any request. */
export interface Finding {
  what: 'server error' | 'stall' | 'hang' | 'rejection' | 'memory';
  detail: string;
  shot?: Shot;
}

export interface Report {
  requests: number;
  /** How many answers of each status. */
  statuses: ReadonlyMap<number, number>;
  /** The request that kept the thread busy for longest, and for how many ms. */
  slowest: { ms: number; shot?: Shot };
  /** How much more the heap holds after the last round than after the first, in MiB. */
  growth: number;
  findings: readonly Finding[];
}

/** No request may keep the server from others for longer. */
const STALL_MS = 50;
/** A request that is slow once may have met the garbage collector; one that always is has no such excuse. */
const TRIES = 4;
const HANG_MS = 20_000;
/** Requests between two looks at the heap, each with what was written taken back. */
const ROUND = 2_500;
const GROWTH_MIB = 16;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const SCHEDULE = '/proc/thread-self/schedstat';

/** Time that this thread has run, in ms: what others do with the machine does not count. */
const busy: () => number = existsSync(SCHEDULE)
  ? () => Number(readFileSync(SCHEDULE, 'utf8').split(' ', 1)[0]) / 1e6
  : () => process.cpuUsage().user / 1e3;

const heap = () => {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

/** Kinds that make the server ask others, who do not answer here: kept only for the request that writes them. */
const ASKS_OTHERS = ['webhookconfigurations/', 'apiservices/'];

/** What may be answered with 5xx: a version that has not happened yet, hosts that nobody listens on, what is not simulated. */
const excused = (status: number, text: string) =>
  (status === 504 && text.includes('ResourceVersionTooLarge')) ||
  (status === 501 && text.includes('is not simulated by Drydock')) ||
  (status === 503 && text.includes('error trying to reach service'));

/** A server that is shot at. */
class Range {
  readonly #store = new MvccStore();
  readonly #server = standaloneServer(this.#store, new ManualClock());
  readonly #held = new Map<string, KubeObject>();
  #base = new Map<string, KubeObject>();

  constructor() {
    this.#store.watch('/registry/', 0, ({ type, key, object }) => {
      if (type === 'put') this.#held.set(key, object);
      else this.#held.delete(key);
    });
  }

  /** Fills the server, and remembers what it holds. Throws when it refuses a sample. */
  async load(shots: readonly Shot[]): Promise<void> {
    for (const name of ['default', 'kube-system'])
      await this.send(creation('/api/v1/namespaces', { metadata: { name } }));
    await this.send(creation('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } }));
    for (const shot of shots) {
      const answer = await this.send(shot);
      // One object in two versions is there already.
      if (answer?.status !== 201 && answer?.status !== 409) throw new Error(`${shot.path}: ${answer?.text}`);
    }
    this.#base = new Map(this.#held);
  }

  /** Takes back what was written since. */
  reset(): void {
    for (const key of this.#held.keys()) if (!this.#base.has(key)) this.#store.delete(key);
    for (const [key, object] of this.#base) {
      if (this.#held.get(key) !== object) this.#base.set(key, this.#store.put(key, object));
    }
    this.#store.compact(this.#store.revision);
  }

  /** Undefined for what no client can send. */
  async send(shot: Shot): Promise<{ status: number; text: string; ms: number } | undefined> {
    let request: Request;
    try {
      request = new Request(`https://localhost${shot.path}`, {
        method: shot.method,
        headers: shot.headers,
        ...(shot.body && shot.method !== 'GET' && shot.method !== 'HEAD' ? { body: new Uint8Array(shot.body) } : {}),
      });
    } catch {
      return undefined;
    }
    const before = busy();
    const response = await this.#server.handle(request, {});
    const endless = response.status === 200 && /[?&]watch|\/watch\//.test(shot.path);
    const text = endless ? '' : await response.text();
    const ms = busy() - before;
    if (endless) await response.body?.cancel();
    for (const key of this.#held.keys()) if (ASKS_OTHERS.some((kind) => key.includes(kind))) this.#store.delete(key);
    return { status: response.status, text, ms };
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

const creation = (path: string, object: object): Shot => ({
  method: 'POST',
  path,
  headers: { authorization: 'Bearer admin', 'content-type': 'application/json' },
  body: new TextEncoder().encode(JSON.stringify(object)),
});

/** What is wrong with an answer to `shot`. */
function fault(status: number, text: string): Omit<Finding, 'shot'> | undefined {
  if (status >= 500 && !excused(status, text))
    return { what: 'server error', detail: `${status} ${text.slice(0, 400)}` };
  return undefined;
}

/** The least time that a request takes, tried again while it is too long. */
async function leastTime(range: Range, shot: Shot, first: number): Promise<number> {
  let least = first;
  for (let tries = 1; tries < TRIES && least > STALL_MS; tries++) {
    const again = await range.send(shot);
    least = Math.min(least, again?.ms ?? 0);
  }
  return least;
}

async function within<T>(ms: number, pending: Promise<T>): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((done) => (timer = setTimeout(() => done('late'), ms)));
  try {
    return await Promise.race([pending, late]);
  } finally {
    clearTimeout(timer);
  }
}

export interface FuzzOptions {
  seed: number;
  requests: number;
  ms: number;
  /** Hears now and then how many requests have been answered, and what has been found. */
  progress?: (sent: number, findings: number) => void;
}

/**
 * Shoots at a server of its own until `requests` are answered or `ms` are over, whichever is first, and reports what must
 * not be. The same seed makes the same requests.
 */
export async function fuzz({ seed, requests, ms, progress }: FuzzOptions): Promise<Report> {
  const random = seededRandom(seed);
  const shots = new Shots(random);
  const range = new Range();
  await range.load(shots.first());
  const statuses = new Map<number, number>();
  const findings: Finding[] = [];
  const heaps: number[] = [];
  let slowest: Report['slowest'] = { ms: 0 };
  let sent = 0;
  const until = Date.now() + ms;
  while (sent < requests && Date.now() < until) {
    const shot = shots.next();
    try {
      const answer = await within(HANG_MS, range.send(shot));
      if (answer === undefined) continue;
      sent++;
      if (answer === 'late') {
        findings.push({ what: 'hang', detail: `no answer after ${HANG_MS} ms`, shot });
        continue;
      }
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const wrong = fault(answer.status, answer.text);
      if (wrong) findings.push({ ...wrong, shot });
      // What the first requests take is compiling.
      const least = sent > ROUND / 2 ? await leastTime(range, shot, answer.ms) : 0;
      if (least > slowest.ms) slowest = { ms: least, shot };
      if (least > STALL_MS) findings.push({ what: 'stall', detail: `${least.toFixed(0)} ms`, shot });
    } catch (err) {
      findings.push({
        what: 'rejection',
        detail: err instanceof Error ? (err.stack ?? err.message) : String(err),
        shot,
      });
    }
    if (sent % ROUND === 0) {
      range.reset();
      heaps.push(heap());
      progress?.(sent, findings.length);
    }
  }
  await range.close();
  // Caches fill during the first rounds.
  const growth = heaps.length > 3 ? (heaps.at(-1) ?? 0) - (heaps[2] ?? 0) : 0;
  if (growth > GROWTH_MIB)
    findings.push({ what: 'memory', detail: `${growth.toFixed(1)} MiB: ${heaps.map((h) => h.toFixed(0)).join(' ')}` });
  return { requests: sent, statuses, slowest, growth, findings };
}

/** A request as a line that can be sent again by hand. */
export const lineOf = ({ method, path, headers, body }: Shot): string =>
  [method, path.slice(0, 300), JSON.stringify(headers).slice(0, 300), short(body)].join(' ');

const short = (body: Uint8Array | undefined) =>
  body ? `${body.length} bytes ${JSON.stringify(Buffer.from(body.subarray(0, 1_500)).toString('latin1'))}` : '';
