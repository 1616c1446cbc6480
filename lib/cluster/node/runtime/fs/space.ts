import { Budget } from '../budget.ts';
import { FsError } from './fs-error.ts';

const MIB = 1024 * 1024;

/** What containers may write into their own layers, on one node: it is kept in memory. */
const MOST_IN_LAYERS = 128 * MIB;

/** What containers may leave on a node's disk. */
export const MOST_ON_DISK = 1024 * MIB;

/** After how many bytes written the disk is looked at again. */
const STEP = 64 * MIB;
const REFUSALS_PER_LOOK = 100;

const full = () => new FsError('ENOSPC');

export const nodeLayers = (): Budget => new Budget(MOST_IN_LAYERS, full);

export const layer = (node: Budget): Budget => new Budget(MOST_IN_LAYERS / 2, full, node);

/** The room on a real directory, which others fill and empty as well: measured now and then. */
export class DiskSpace {
  readonly #limit: number;
  readonly #measure: () => number;
  #used = 0;
  #sinceLook = 0;
  #refusals = 0;

  /** `measure` tells how many bytes are used. */
  constructor(limit: number, measure: () => number) {
    this.#limit = limit;
    this.#measure = measure;
  }

  /** Before `bytes` are written; throws ENOSPC when there is no room for them. */
  take(bytes: number): void {
    this.#sinceLook += bytes;
    if (this.#sinceLook > STEP) this.#look();
    if (this.#used + bytes <= this.#limit) return;
    if (this.#refusals++ % REFUSALS_PER_LOOK === 0) this.#look();
    if (this.#used + bytes > this.#limit) throw full();
  }

  #look(): void {
    this.#sinceLook = 0;
    try {
      this.#used = this.#measure();
    } catch {
      // Something vanished while it was looked at: the next look sees.
    }
  }
}
