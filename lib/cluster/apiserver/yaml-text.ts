import { Worker } from 'node:worker_threads';
import { systemClock } from '../../kit/clock.ts';
import { projectPath } from '../../kit/project-file.ts';

/** The text that a document was made into, or why it could not be. */
type Made = { text: string; error?: undefined } | { text?: undefined; error: string };

/** A document that takes longer is refused. This is time of the machine, not of a cluster. */
const PATIENCE_MS = 30_000;
const MEMORY_MIB = 256;

/** The thread that reads and writes YAML, for all servers of the process. It starts with the first document. */
class YamlThread {
  #worker: Worker | undefined;
  #asked = 0;
  readonly #waiting = new Map<number, (made: Made) => void>();

  make(question: { yaml: string } | { json: string }): Promise<Made> {
    const id = ++this.#asked;
    const worker = (this.#worker ??= this.#start());
    return new Promise((done) => {
      const late = systemClock.after(PATIENCE_MS, () => void this.#end(worker, 'document takes too long'));
      this.#waiting.set(id, (made) => {
        late.cancel();
        done(made);
      });
      // A process ends when it waits for nothing but this thread, unless a question is open.
      worker.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A thread has no origin.
      worker.postMessage({ id, ...question });
    });
  }

  #start(): Worker {
    const worker = new Worker(projectPath('lib/cluster/apiserver/yaml-thread.mjs'), {
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MIB },
      execArgv: [],
    });
    worker.on('message', ({ id, ...made }: Made & { id: number }) => {
      const tell = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) worker.unref();
      tell?.(made);
    });
    worker.on('error', (err) => void this.#end(worker, err.message));
    return worker;
  }

  /** Stops a thread that has failed, or works too long; all that were waiting are told why. */
  async #end(worker: Worker, error: string): Promise<void> {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const tell of waiting) tell({ error });
    await worker.terminate();
  }
}

const thread = new YamlThread();

/** The JSON text of a YAML text, as upstream's reader makes it. */
export const jsonOfYaml = (yaml: string): Promise<Made> => thread.make({ yaml });

/** The YAML text of a JSON text, with keys in order. */
export const yamlOfJson = (json: string): Promise<Made> => thread.make({ json });
