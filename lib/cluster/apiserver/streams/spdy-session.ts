import { HeaderReader, HeaderWriter } from './spdy-headers.ts';

const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
const FLAG_FIN = 1;

const HEAD = 8;
/** A frame larger than this is an attack. */
const LARGEST_FRAME = 1024 * 1024;
const MOST_STREAMS = 1000;

/** A stream that the other side opened. */
export interface SpdyStream {
  headers: ReadonlyMap<string, string>;
  /** What the other side sends; ends when it closes its half. */
  readable: ReadableStream<Uint8Array>;
  /** Resolves when the connection can take more. */
  write(data: Uint8Array): Promise<void>;
  /** Closes this side's half. */
  end(): void;
  /** Breaks the stream off. */
  reset(): void;
}

interface Open {
  controller: ReadableStreamDefaultController<Uint8Array>;
  remoteEnded: boolean;
  localEnded: boolean;
}

/**
 * The server's side of a SPDY/3.1 connection, as Kubernetes uses it for port-forwarding: streams that the client opens,
 * without flow control (which Kubernetes' own library ignores too).
 */
export class SpdySession {
  readonly #send: (bytes: Uint8Array) => Promise<void>;
  readonly #onStream: (stream: SpdyStream) => void;
  readonly #onEnd: () => void;
  readonly #reader = new HeaderReader();
  readonly #writer = new HeaderWriter();
  readonly #streams = new Map<number, Open>();
  #buffer: Buffer = Buffer.alloc(0);
  /** Frames are taken one after the other: reading headers takes time. */
  #turn: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(send: (bytes: Uint8Array) => Promise<void>, onStream: (stream: SpdyStream) => void, onEnd: () => void) {
    this.#send = send;
    this.#onStream = onStream;
    this.#onEnd = onEnd;
  }

  /** Bytes from the other side, in any pieces. */
  receive(bytes: Uint8Array): void {
    this.#buffer = this.#buffer.length ? Buffer.concat([this.#buffer, bytes]) : Buffer.from(bytes);
    while (!this.#ended && this.#buffer.length >= HEAD) {
      const size = this.#buffer.readUIntBE(5, 3);
      if (size > LARGEST_FRAME) {
        this.end();
        return;
      }
      if (this.#buffer.length < HEAD + size) return;
      const frame = this.#buffer.subarray(0, HEAD + size);
      this.#buffer = this.#buffer.subarray(HEAD + size);
      this.#turn = this.#turn.then(() => this.#take(frame));
    }
  }

  /** Ends all streams; the connection is over. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#streams.forEach((_, id) => this.#drop(id));
    this.#reader.close();
    this.#onEnd();
  }

  async #take(frame: Buffer): Promise<void> {
    if (this.#ended) return;
    const flags = frame[4] ?? 0;
    const payload = frame.subarray(HEAD);
    if ((frame[0] ?? 0) < 0x80) {
      this.#data(frame.readUInt32BE(0) & 0x7fffffff, payload, (flags & FLAG_FIN) !== 0);
      return;
    }
    switch (frame.readUInt16BE(2)) {
      case SYN_STREAM:
        await this.#open(payload, (flags & FLAG_FIN) !== 0);
        break;
      case RST_STREAM:
        if (payload.length >= 4) this.#drop(payload.readUInt32BE(0) & 0x7fffffff);
        break;
      case PING:
        if (payload.length === 4) await this.#send(control(PING, 0, payload));
        break;
      case GOAWAY:
        break;
      default:
        // Settings, window updates, headers: nothing here depends on them.
        break;
    }
  }

  async #open(payload: Buffer, ended: boolean): Promise<void> {
    const id = payload.length >= 10 ? payload.readUInt32BE(0) & 0x7fffffff : 0;
    const headers = id ? await this.#reader.read(payload.subarray(10)) : undefined;
    if (!headers || this.#streams.has(id) || this.#streams.size >= MOST_STREAMS) {
      this.end();
      return;
    }
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const readable = new ReadableStream<Uint8Array>({ start: (c) => void (controller = c) });
    if (!controller) return;
    const open: Open = { controller, remoteEnded: false, localEnded: false };
    this.#streams.set(id, open);
    const reply = Buffer.alloc(4);
    reply.writeUInt32BE(id);
    await this.#send(control(SYN_REPLY, 0, Buffer.concat([reply, this.#writer.write(new Map())])));
    if (ended) this.#remoteEnd(id, open);
    this.#onStream({
      headers,
      readable,
      write: async (data) => {
        for (let at = 0; at < data.length && !this.#ended && !open.localEnded; at += LARGEST_FRAME / 2) {
          await this.#send(dataFrame(id, 0, data.subarray(at, at + LARGEST_FRAME / 2)));
        }
      },
      end: () => {
        if (open.localEnded || this.#ended) return;
        open.localEnded = true;
        void this.#send(dataFrame(id, FLAG_FIN, new Uint8Array()));
        if (open.remoteEnded) this.#streams.delete(id);
      },
      reset: () => {
        if (this.#ended || !this.#streams.has(id)) return;
        const about = Buffer.alloc(8);
        about.writeUInt32BE(id);
        about.writeUInt32BE(5, 4);
        void this.#send(control(RST_STREAM, 0, about));
        this.#drop(id);
      },
    });
  }

  #data(id: number, payload: Buffer, fin: boolean): void {
    const open = this.#streams.get(id);
    if (!open || open.remoteEnded) return;
    if (payload.length) open.controller.enqueue(new Uint8Array(payload));
    if (fin) this.#remoteEnd(id, open);
  }

  #remoteEnd(id: number, open: Open): void {
    if (!open.remoteEnded) closeQuietly(open.controller);
    open.remoteEnded = true;
    if (open.localEnded) this.#streams.delete(id);
  }

  #drop(id: number): void {
    const open = this.#streams.get(id);
    if (!open) return;
    this.#streams.delete(id);
    open.localEnded = true;
    if (!open.remoteEnded) closeQuietly(open.controller);
    open.remoteEnded = true;
  }
}

function closeQuietly(controller: ReadableStreamDefaultController<Uint8Array>): void {
  try {
    controller.close();
  } catch {
    // Its reader cancelled it.
  }
}

function control(type: number, flags: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt16BE(0x8003, 0);
  head.writeUInt16BE(type, 2);
  head[4] = flags;
  head.writeUIntBE(payload.length, 5, 3);
  return Buffer.concat([head, payload]);
}

function dataFrame(id: number, flags: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(id, 0);
  head[4] = flags;
  head.writeUIntBE(payload.length, 5, 3);
  return Buffer.concat([head, payload]);
}
