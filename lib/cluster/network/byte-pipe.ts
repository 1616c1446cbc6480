/** How much may wait in a pipe before writers are held back. */
const HIGH_WATER = 64 * 1024;

/**
 * Bytes from one writer to one reader, in the order written: one direction of a connection, or one stream of a process.
 * Cheaper than a web stream, and readable without a lock; `readableOf` and `writableOf` adapt it at the edges.
 */
export class BytePipe {
  #chunks: Uint8Array[] = [];
  #size = 0;
  #ended = false;
  #broken = false;
  #reader: (() => void) | undefined;
  #writers: (() => void)[] = [];

  /** Whether the reader has gone: what is written is lost, as SIGPIPE and EPIPE would say. */
  get broken(): boolean {
    return this.#broken;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Queues bytes; resolves when there is room for more. False once the reader has gone or the pipe has ended. */
  async write(chunk: Uint8Array): Promise<boolean> {
    if (this.#broken || this.#ended) return false;
    if (chunk.length === 0) return true;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    this.#wake();
    if (this.#size > HIGH_WATER) await new Promise<void>((done) => this.#writers.push(done));
    return !this.#broken;
  }

  /** Marks the end; what is queued can still be read. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** The reader goes: drops what is queued and fails later writes. */
  abandon(): void {
    this.#broken = true;
    this.#chunks = [];
    this.#size = 0;
    this.#release();
    this.#wake();
  }

  /** The next bytes, or undefined at the end. */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) {
        this.#size -= chunk.length;
        if (this.#size <= HIGH_WATER) this.#release();
        return chunk;
      }
      if (this.#ended || this.#broken) return undefined;
      await new Promise<void>((done) => (this.#reader = done));
    }
  }

  /** Puts bytes back in front: for readers that took more than they needed. */
  unread(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.unshift(chunk);
    this.#size += chunk.length;
  }

  /** Everything up to the end. */
  async readAll(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for (let chunk = await this.read(); chunk; chunk = await this.read()) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  #wake(): void {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.();
  }

  #release(): void {
    for (const done of this.#writers.splice(0)) done();
  }
}

/** A pipe that has ended already. */
export function emptyPipe(): BytePipe {
  const pipe = new BytePipe();
  pipe.end();
  return pipe;
}

export function readableOf(pipe: BytePipe): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = await pipe.read();
      if (chunk) controller.enqueue(chunk);
      else controller.close();
    },
    cancel: () => pipe.abandon(),
  });
}

export function writableOf(pipe: BytePipe): WritableStream<Uint8Array> {
  return new WritableStream<Uint8Array>({
    async write(chunk) {
      if (!(await pipe.write(chunk))) throw new Error('the other side has closed the connection');
    },
    close: () => pipe.end(),
    abort: () => pipe.end(),
  });
}

/** Copies a web stream into a pipe until either ends. */
export async function pumpInto(stream: ReadableStream<Uint8Array>, pipe: BytePipe): Promise<void> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || !(await pipe.write(value))) break;
    }
  } catch {
    // The client has gone: the same as its end of input.
  } finally {
    pipe.end();
    await reader.cancel().catch(() => undefined);
  }
}

/** Copies a pipe into a web stream until either ends. */
export async function pumpOut(pipe: BytePipe, stream: WritableStream<Uint8Array>): Promise<void> {
  const writer = stream.getWriter();
  try {
    for (let chunk = await pipe.read(); chunk; chunk = await pipe.read()) await writer.write(chunk);
    await writer.close();
  } catch {
    pipe.abandon();
  } finally {
    writer.releaseLock();
  }
}
