import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { dirname } from 'node:path';
import type { Duplex } from 'node:stream';
import { unavailable } from '../errors.ts';
import type { Clock, Timer } from '../kit/clock.ts';
import { log } from '../log.ts';
import type { WorkerState } from './fleet.ts';
import { joinUpgrade } from './join-upgrade.ts';
import { WORKER_READY } from './protocol.ts';
import type { Health } from './protocol.ts';

const FIRST_RESTART_MS = 100;
const SLOWEST_RESTART_MS = 10_000;
/** How often a worker is asked whether it lives, and how long it may take to say so. */
const PULSE_MS = 5_000;
const PULSE_LIMIT_MS = 20_000;
/** How long a request waits for a worker that is starting. */
const UP_LIMIT_MS = 30_000;
/** How long a worker that hung up may take to be gone. */
const END_LIMIT_MS = 5_000;

export interface WorkerPlace {
  index: number;
  /** The program and its arguments; it must listen on `socketPath` and then send `WORKER_READY` to its parent. */
  command: readonly [string, ...string[]];
  socketPath: string;
  pidFile: string;
}

/**
 * One worker process, kept alive: started, asked for its pulse, restarted after a crash or when it no longer answers. It
 * ends by itself when this process does.
 */
export class WorkerProcess {
  readonly #place: WorkerPlace;
  readonly #clock: Clock;
  #child: ChildProcess | undefined;
  #up = false;
  #restarts = 0;
  /** Starts in a row that did not last. */
  #failures = 0;
  #clusters = 0;
  #stopped = false;
  #timer: Timer | undefined;
  #waiting: (() => void)[] = [];

  constructor(place: WorkerPlace, clock: Clock) {
    this.#place = place;
    this.#clock = clock;
  }

  /** Starts the process; resolves when it answers. */
  start(): Promise<void> {
    mkdirSync(dirname(this.#place.socketPath), { recursive: true, mode: 0o700 });
    this.#killPredecessor();
    this.#spawn();
    return this.#whenUp();
  }

  get state(): WorkerState {
    const { index } = this.#place;
    return { index, pid: this.#child?.pid, up: this.#up, restarts: this.#restarts, clusters: this.#clusters };
  }

  /** A web process that was killed may have left its worker behind, with the clusters that the new one will open. */
  #killPredecessor(): void {
    try {
      const pid = Number(readFileSync(this.#place.pidFile, 'utf8'));
      // The number may belong to another program by now: only a process that runs the worker on this socket is meant.
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(this.#place.socketPath)) process.kill(pid, 'SIGKILL');
    } catch {
      // There is none.
    }
  }

  #spawn(): void {
    const { command, index, pidFile, socketPath } = this.#place;
    // One that a killed worker has left would be in the way.
    rmSync(socketPath, { force: true });
    const [program, ...args] = command;
    const child = spawn(program, [...args, socketPath], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child = child;
    if (child.pid) writeFileSync(pidFile, String(child.pid));
    const began = this.#clock.now();
    child.once('message', (message) => {
      if (message !== WORKER_READY) return;
      this.#up = true;
      for (const go of this.#waiting.splice(0)) go();
      this.#timer = this.#clock.after(PULSE_MS, () => void this.#pulse());
    });
    const onEnd = (why: unknown) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#up = false;
      this.#timer?.cancel();
      if (this.#stopped) return;
      const lasted = this.#clock.now() - began > SLOWEST_RESTART_MS;
      this.#failures = lasted ? 0 : this.#failures + 1;
      this.#restarts++;
      log('worker ended', { worker: index, why, restarts: this.#restarts });
      const delay = Math.min(FIRST_RESTART_MS * 2 ** this.#failures, SLOWEST_RESTART_MS);
      this.#timer = this.#clock.after(delay, () => this.#spawn());
    };
    child.once('error', onEnd);
    child.once('exit', (code, signal) => onEnd(signal ?? code));
  }

  /** A worker that no longer answers (a cluster that spins) is killed; its clusters come back from disk. */
  async #pulse(): Promise<void> {
    const child = this.#child;
    try {
      const health = (await this.#send('GET', '/health', undefined, PULSE_LIMIT_MS)) as Health;
      this.#clusters = health.clusters;
    } catch (err) {
      if (this.#child !== child || this.#stopped) return;
      log('worker does not answer and is killed', { worker: this.#place.index, err });
      child?.kill('SIGKILL');
      return;
    }
    if (this.#child === child && !this.#stopped) this.#timer = this.#clock.after(PULSE_MS, () => void this.#pulse());
  }

  #whenUp(): Promise<void> {
    if (this.#up) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(UP_LIMIT_MS, () => {
        this.#waiting = this.#waiting.filter((w) => w !== go);
        reject(unavailable(`worker ${this.#place.index} is not up`));
      });
      const go = () => {
        timer.cancel();
        resolve();
      };
      this.#waiting.push(go);
    });
  }

  /**
   * Sends a request and resolves with the JSON answer. Requests are idempotent: one that was cut off by the end of the
   * worker is sent once more to its successor.
   */
  async call(path: string, body: unknown, limitMs: number): Promise<unknown> {
    await this.#whenUp();
    const child = this.#child;
    try {
      return await this.#send('POST', path, body, limitMs);
    } catch (err) {
      const { cutOff } = err as { cutOff?: boolean };
      if (!cutOff || !child || !(await this.#hasEnded(child))) throw err;
      await this.#whenUp();
      return this.#send('POST', path, body, limitMs);
    }
  }

  /** Whether a process that hung up has ended, or does so at once: the news of it comes a little later. */
  #hasEnded(child: ChildProcess): Promise<boolean> {
    if (this.#child !== child) return Promise.resolve(true);
    return new Promise((resolve) => {
      const limit = this.#clock.after(END_LIMIT_MS, () => resolve(false));
      child.once('exit', () => {
        limit.cancel();
        resolve(true);
      });
    });
  }

  #send(method: string, path: string, body: unknown, limitMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const fail = (why: string, cutOff = false) =>
        reject(Object.assign(unavailable(`worker: ${path}: ${why}`), { cutOff }));
      let timedOut = false;
      const limit = this.#clock.after(limitMs, () => {
        timedOut = true;
        outgoing.destroy(new Error(`no answer after ${limitMs} ms`));
      });
      const { socketPath } = this.#place;
      const headers = { 'content-type': 'application/json' };
      // A connection of its own: one kept from before may be that of a worker that has ended.
      const outgoing = request({ socketPath, method, path, headers, agent: false });
      outgoing.on('error', (err) => {
        limit.cancel();
        fail(err.message, !timedOut);
      });
      outgoing.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('error', (err) => fail(err.message, !timedOut));
        response.on('close', () => {
          limit.cancel();
          if (!response.complete) fail('the answer was cut off', !timedOut);
          else if (response.statusCode === 200) resolve(text ? JSON.parse(text) : undefined);
          else fail(text);
        });
      });
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Passes a WebSocket request on. */
  async upgrade(path: string, incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    await this.#whenUp();
    await joinUpgrade(this.#place.socketPath, path, incoming, socket, head);
  }

  /** Asks the process to end, and resolves when it has. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    const child = this.#child;
    if (!child) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    const limit = this.#clock.after(PULSE_LIMIT_MS, () => child.kill('SIGKILL'));
    await ended;
    limit.cancel();
  }
}
