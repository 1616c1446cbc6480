import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock, Timer } from '../kit/clock.ts';
import type { Account } from './host.ts';
import type { Hosts } from './hosts.ts';
import { Machine } from './machine.ts';
import { spawnPty, type Pty, type Size } from './pty.ts';
import { Screen } from './screen.ts';

export interface TerminalOptions {
  hosts: Hosts;
  host: string;
  account?: Account;
  /** Where the screen is kept, so that it outlives this process. */
  file: string;
  clock: Clock;
  size?: Size;
}

/** Who looks at a terminal: a browser's page. */
export interface Viewer {
  /** Bytes for its terminal. The first ones, and those after it fell behind, begin with a reset and paint everything. */
  show(data: Uint8Array): void;
  /** Bytes that it was given and has not taken yet. */
  backlog(): number;
}

export interface View {
  input(data: string | Uint8Array): void;
  resize(size: Size): void;
  detach(): void;
}

interface Saved {
  size: Size;
  cwd?: string;
  painting: string;
}

/** Whether a viewer is shown output as it comes, waits until it has room for a painting, or for one that is being made. */
type Standing = { kind: 'live' } | { kind: 'stale' } | { kind: 'painting'; since: Buffer[] };

/** Bytes of output that are shown in one turn; a program that writes more has to wait. Keeps twenty busy terminals from starving a quiet one. */
const MOST_PER_TURN = 32 * 1024;
const TURN_MS = 20;
/** A viewer that is this far behind is skipped, and shown the whole screen when it has caught up. */
const MOST_BEHIND = 512 * 1024;
const SAVE_AFTER_MS = 2000;
/** Messages of input that wait for a shell to start. */
const MOST_TYPED_AHEAD = 1000;
/** A shell that ends sooner than this is not started again at once, lest a broken one spin. */
const HEALTHY_MS = 2000;

const RESET = Buffer.from('\x1bc');

/** Finds the shell's own process below the program that entered the sandbox for it. */
function childOf(pid: number): number | undefined {
  try {
    const first = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0];
    return first ? Number(first) : undefined;
  } catch {
    return undefined;
  }
}

function readSaved(file: string): Saved | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Saved;
  } catch {
    return undefined;
  }
}

/** Output since the screen was saved last: what a killed process had shown after that. */
const tailOf = (file: string) => `${file}.since`;

function readTail(file: string): string {
  try {
    return readFileSync(tailOf(file), 'utf8');
  } catch {
    return '';
  }
}

/**
 * One terminal: a login shell on a host, and its screen. It lives until `dispose`, whoever looks; a shell that ends is
 * followed by a new one; after a restart of this process the screen is as it was, with a new shell in the same directory.
 */
export class Terminal {
  readonly #options: TerminalOptions;
  readonly #screen: Screen;
  readonly #viewers = new Map<Viewer, Standing>();
  #pty: Pty | undefined;
  #cwd: string | undefined;
  #shownThisTurn = 0;
  #turn: Timer | undefined;
  #save: Timer | undefined;
  /** Output that came while the screen was being saved. */
  #sinceSave: Buffer[] | undefined;
  /** What was typed before the shell runs. */
  #typedAhead: (string | Buffer)[] = [];
  #disposed = false;

  constructor(options: TerminalOptions) {
    this.#options = options;
    const saved = readSaved(options.file);
    this.#screen = new Screen(options.size ?? saved?.size ?? { columns: 80, rows: 24 });
    this.#cwd = saved?.cwd;
    mkdirSync(dirname(options.file), { recursive: true });
    const tail = readTail(options.file);
    if (saved || tail) this.#screen.restore(`${saved?.painting ?? ''}${tail}`, () => void this.#startShell());
    else void this.#startShell();
  }

  attach(viewer: Viewer): View {
    this.#viewers.set(viewer, { kind: 'stale' });
    this.#refresh(viewer);
    return {
      input: (data) => {
        if (this.#viewers.has(viewer)) this.#type(typeof data === 'string' ? data : Buffer.from(data));
      },
      resize: (size) => {
        this.#screen.resize(size);
        this.#pty?.resize(size);
      },
      detach: () => {
        this.#viewers.delete(viewer);
        this.#saveNow();
      },
    };
  }

  #type(data: string | Buffer): void {
    if (this.#pty) this.#pty.write(data);
    else if (this.#typedAhead.length < MOST_TYPED_AHEAD) this.#typedAhead.push(data);
  }

  /** Ends the shell. The saved screen stays for a terminal that is opened with the same file later. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#save?.cancel();
    this.#turn?.cancel();
    this.#viewers.clear();
    this.#pty?.kill();
    this.#screen.dispose();
  }

  /** Forgets the saved screen: for an attempt that starts afresh. */
  static forget(file: string): void {
    rmSync(file, { force: true });
    rmSync(tailOf(file), { force: true });
  }

  async #startShell(): Promise<void> {
    const { hosts, host, account = 'candidate', clock } = this.#options;
    const began = clock.now();
    try {
      const invocation = await hosts.invocation(host, {
        account,
        argv: ['bash', '-l'],
        term: 'xterm-256color',
        ...(this.#cwd === undefined ? {} : { cwd: this.#cwd }),
      });
      if (this.#disposed) return;
      const pty = spawnPty(invocation, this.#screen.size);
      this.#pty = pty;
      for (const data of this.#typedAhead.splice(0)) pty.write(data);
      pty.onData((data) => this.#onData(data));
      pty.onExit(() => {
        this.#pty = undefined;
        this.#cwd = undefined;
        this.#startAgain(began);
      });
    } catch (err) {
      this.#onData(Buffer.from(`${err instanceof Error ? err.message : String(err)}\r\n`));
      this.#startAgain(began);
    }
  }

  #startAgain(began: number): void {
    const { clock } = this.#options;
    if (!this.#disposed) clock.after(began + HEALTHY_MS - clock.now(), () => void this.#startShell());
  }

  #onData(data: Buffer): void {
    if (this.#disposed) return;
    this.#screen.write(data);
    this.#sinceSave?.push(data);
    appendFileSync(tailOf(this.#options.file), data, { mode: 0o600 });
    for (const [viewer, standing] of this.#viewers) {
      if (standing.kind === 'painting') standing.since.push(data);
      if (standing.kind !== 'live') continue;
      if (viewer.backlog() > MOST_BEHIND) this.#viewers.set(viewer, { kind: 'stale' });
      else viewer.show(data);
    }
    this.#pace(data.length);
    this.#save ??= this.#options.clock.after(SAVE_AFTER_MS, () => this.#saveNow());
  }

  /** Lets the program run on in the next turn when it has had its share of this one. */
  #pace(bytes: number): void {
    this.#shownThisTurn += bytes;
    if (this.#shownThisTurn > MOST_PER_TURN) this.#pty?.pause();
    this.#turn ??= this.#options.clock.after(TURN_MS, () => {
      this.#turn = undefined;
      this.#shownThisTurn = 0;
      for (const [viewer, { kind }] of this.#viewers) if (kind === 'stale') this.#refresh(viewer);
      this.#pty?.resume();
    });
  }

  /** Paints the whole screen for a viewer that is new or fell behind, once it has room. */
  #refresh(viewer: Viewer): void {
    if (viewer.backlog() > 0) {
      this.#pace(0);
      return;
    }
    const standing: Standing = { kind: 'painting', since: [] };
    this.#viewers.set(viewer, standing);
    // When everything that was written before is on the screen; what has come since is not, and follows.
    this.#screen.write('', () => {
      if (this.#disposed || this.#viewers.get(viewer) !== standing) return;
      this.#viewers.set(viewer, { kind: 'live' });
      viewer.show(Buffer.concat([RESET, Buffer.from(this.#screen.paint()), ...standing.since]));
    });
  }

  /** Saves the screen once all that was written is on it; what comes meanwhile stays in the tail. */
  #saveNow(): void {
    this.#save?.cancel();
    this.#save = undefined;
    if (this.#disposed || this.#sinceSave) return;
    const since: Buffer[] = [];
    this.#sinceSave = since;
    this.#screen.write('', () => {
      this.#sinceSave = undefined;
      if (this.#disposed) return;
      const { file } = this.#options;
      writeFileSync(`${file}.new`, JSON.stringify(this.#saved()), { mode: 0o600 });
      renameSync(`${file}.new`, file);
      writeFileSync(tailOf(file), Buffer.concat(since), { mode: 0o600 });
    });
  }

  #saved(): Saved {
    const shell = this.#pty && childOf(this.#pty.pid);
    const cwd = shell === undefined ? this.#cwd : Machine.directoryOf(shell);
    return { size: this.#screen.size, painting: this.#screen.paint(), ...(cwd === undefined ? {} : { cwd }) };
  }
}
