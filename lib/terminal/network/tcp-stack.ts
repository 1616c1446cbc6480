import type { Clock, Timer } from '../../kit/clock.ts';
import type { ByteDuplex } from '../../cluster/index.ts';
import {
  ACK,
  decodeSegment,
  encodeSegment,
  FIN,
  HOST_UNREACHABLE,
  isUdp,
  PORT_UNREACHABLE,
  PSH,
  RST,
  SYN,
  unreachable,
  type Segment,
} from './ip-packet.ts';

/** Opens a connection; rejects with an error whose `code` is the one that connect(2) would have. */
export type Dial = (host: string, port: number) => Promise<ByteDuplex>;

export interface TcpStackOptions {
  clock: Clock;
  dial: Dial;
  /** Delivers a packet to the kernel at the other end of the wire. */
  send(packet: Buffer): void;
}

/** Our largest segment; the device's MTU less both headers. */
const OUR_MSS = 32_000 - 40;
const RECEIVE_WINDOW = 65_535;
/** Bytes read from the far end ahead of what the kernel has acknowledged. */
const SEND_BUFFER = 256 * 1024;
/** The wire is a file descriptor and loses next to nothing; this is for the rare full queue. */
const RETRANSMIT_MS = 300;

const EMPTY = new Uint8Array(0);
/** Difference of sequence numbers, which wrap at 2³². */
const minus = (a: number, b: number) => (a - b) | 0;
const plus = (a: number, n: number) => (a + n) >>> 0;

const errorCode = (err: unknown) => (err as { code?: unknown } | null)?.code;

/** One connection that a program of the sandbox opened, ended here and carried on over `far`. */
class Connection {
  readonly #opening: Segment;
  readonly #options: TcpStackOptions;
  readonly #onEnd: () => void;
  readonly #mss: number;
  #far:
    | {
        duplex: ByteDuplex;
        reader: ReadableStreamDefaultReader<Uint8Array>;
        writer: WritableStreamDefaultWriter<Uint8Array>;
      }
    | undefined;
  #receiveNext: number;
  /** Bytes that the far end has not taken yet. */
  #undelivered = 0;
  #peerEnded = false;
  /** First byte that the peer has not acknowledged; the buffer starts there. */
  #unacknowledged = 0;
  #sendNext = 0;
  #buffer: Buffer = Buffer.alloc(0);
  #peerWindow: number;
  #farEnded = false;
  #finSent = false;
  #timer: Timer | undefined;
  #wakeReader: (() => void) | undefined;
  #ended = false;

  constructor(opening: Segment, options: TcpStackOptions, onEnd: () => void) {
    this.#opening = opening;
    this.#options = options;
    this.#onEnd = onEnd;
    this.#mss = Math.min(opening.mss ?? 536, OUR_MSS);
    this.#receiveNext = plus(opening.seq, 1);
    this.#peerWindow = opening.window;
  }

  /** The far end has answered: completes the handshake. */
  accept(duplex: ByteDuplex): void {
    this.#far = { duplex, reader: duplex.readable.getReader(), writer: duplex.writable.getWriter() };
    this.#far.writer.closed.catch(() => this.abort());
    this.#transmit(SYN | ACK, 0, EMPTY, OUR_MSS);
    this.#sendNext = this.#unacknowledged = 1;
    void this.#readFar(this.#far.reader);
  }

  receive(s: Segment): void {
    if (s.flags & RST) return this.#end('peer');
    if (s.flags & SYN) {
      if (this.#far) this.#transmit(SYN | ACK, 0, EMPTY, OUR_MSS);
      return;
    }
    if (!this.#far) return;
    if (s.flags & ACK) this.#acknowledge(s);
    const skip = minus(this.#receiveNext, s.seq);
    const fin = (s.flags & FIN) !== 0;
    if (skip < 0 || skip > s.payload.length + (fin ? 1 : 0) || (skip > 0 && skip === s.payload.length && !fin)) {
      if (s.payload.length > 0 || fin) this.#acknowledgeNow();
      return;
    }
    const fresh = s.payload.subarray(skip, skip + this.#window());
    if (fresh.length > 0) this.#deliver(fresh);
    if (fin && !this.#peerEnded && minus(plus(s.seq, s.payload.length), this.#receiveNext) === 0) {
      this.#peerEnded = true;
      this.#receiveNext = plus(this.#receiveNext, 1);
      this.#far.writer.close().catch(() => this.abort());
    }
    if (fresh.length > 0 || fin) this.#acknowledgeNow();
    this.#endWhenBothHave();
  }

  /** Breaks the connection off, as a process that dies does. */
  abort(): void {
    if (this.#ended) return;
    this.#transmit(RST | ACK, this.#sendNext, EMPTY);
    this.#end('far');
  }

  #window(): number {
    return Math.max(0, RECEIVE_WINDOW - this.#undelivered);
  }

  #deliver(bytes: Uint8Array): void {
    this.#receiveNext = plus(this.#receiveNext, bytes.length);
    this.#undelivered += bytes.length;
    const done = () => {
      const wasShut = this.#window() < this.#mss;
      this.#undelivered -= bytes.length;
      if (wasShut && this.#window() >= this.#mss && !this.#ended) this.#acknowledgeNow();
    };
    // The packet's memory is the wire's; the far end keeps bytes for as long as it likes.
    this.#far?.writer.write(Uint8Array.from(bytes)).then(done, () => this.abort());
  }

  #acknowledge(s: Segment): void {
    this.#peerWindow = s.window;
    const taken = minus(s.ack, this.#unacknowledged);
    if (taken > 0 && minus(s.ack, this.#sendNext) <= 0) {
      this.#buffer = this.#buffer.subarray(Math.min(taken, this.#buffer.length));
      this.#unacknowledged = s.ack;
      this.#timer?.cancel();
      this.#timer = undefined;
    }
    if (this.#buffer.length < SEND_BUFFER) this.#wakeReader?.();
    this.#pump();
    this.#endWhenBothHave();
  }

  async #readFar(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    try {
      for (;;) {
        if (this.#buffer.length >= SEND_BUFFER) await new Promise<void>((wake) => (this.#wakeReader = wake));
        const { done, value } = await reader.read();
        if (this.#ended) return;
        if (done) break;
        this.#buffer = Buffer.concat([this.#buffer, value]);
        this.#pump();
      }
      this.#farEnded = true;
      this.#pump();
    } catch {
      this.abort();
    }
  }

  /** Sends what the peer's window allows. */
  #pump(): void {
    if (this.#ended || this.#finSent) return;
    for (;;) {
      const sent = minus(this.#sendNext, this.#unacknowledged);
      const size = Math.min(this.#mss, this.#buffer.length - sent, this.#peerWindow - sent);
      if (size <= 0) break;
      this.#transmit(ACK | PSH, this.#sendNext, this.#buffer.subarray(sent, sent + size));
      this.#sendNext = plus(this.#sendNext, size);
    }
    if (this.#farEnded && minus(this.#sendNext, this.#unacknowledged) === this.#buffer.length) {
      this.#transmit(FIN | ACK, this.#sendNext, EMPTY);
      this.#sendNext = plus(this.#sendNext, 1);
      this.#finSent = true;
    }
    this.#armTimer();
  }

  #armTimer(): void {
    const waiting = this.#buffer.length > 0 || (this.#finSent && this.#sendNext !== this.#unacknowledged);
    if (this.#timer || !waiting || this.#ended) return;
    this.#timer = this.#options.clock.after(RETRANSMIT_MS, () => {
      this.#timer = undefined;
      // With a shut window this is the probe that asks whether it has opened.
      const size = Math.max(1, Math.min(this.#mss, this.#buffer.length, this.#peerWindow));
      if (this.#buffer.length > 0) {
        this.#transmit(ACK | PSH, this.#unacknowledged, this.#buffer.subarray(0, size));
        if (minus(plus(this.#unacknowledged, size), this.#sendNext) > 0)
          this.#sendNext = plus(this.#unacknowledged, size);
      } else this.#transmit(FIN | ACK, this.#unacknowledged, EMPTY);
      this.#armTimer();
    });
  }

  #acknowledgeNow(): void {
    this.#transmit(ACK, this.#sendNext, EMPTY);
  }

  #transmit(flags: number, seq: number, payload: Uint8Array, mss?: number): void {
    if (this.#ended) return;
    const { source, sourcePort, destination, destinationPort } = this.#opening;
    this.#options.send(
      encodeSegment({
        source: destination,
        sourcePort: destinationPort,
        destination: source,
        destinationPort: sourcePort,
        seq,
        ack: this.#receiveNext,
        flags,
        window: this.#window(),
        ...(mss === undefined ? {} : { mss }),
        payload,
      }),
    );
  }

  #endWhenBothHave(): void {
    if (this.#peerEnded && this.#finSent && this.#unacknowledged === this.#sendNext) this.#end('both');
  }

  #end(who: 'peer' | 'far' | 'both'): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timer?.cancel();
    this.#wakeReader?.();
    if (who !== 'both' && this.#far) {
      const gone = new Error('connection reset');
      this.#far.reader.cancel(gone).catch(() => undefined);
      this.#far.writer.abort(gone).catch(() => undefined);
    }
    this.#onEnd();
  }
}

/**
 * The far side of a sandbox's network device: answers every TCP connection that its programs open, to any address, by
 * dialling in the simulated network first. So what is refused there is refused here, what does not answer does not
 * answer, and no port needs to be known beforehand. The kernel at the other end does the hard half of TCP.
 */
export class TcpStack {
  readonly #options: TcpStackOptions;
  readonly #connections = new Map<string, Connection>();

  constructor(options: TcpStackOptions) {
    this.#options = options;
  }

  receive(packet: Buffer): void {
    const segment = decodeSegment(packet);
    if (!segment) {
      if (isUdp(packet)) this.#options.send(unreachable(packet, PORT_UNREACHABLE));
      return;
    }
    const { source, sourcePort, destination, destinationPort, flags } = segment;
    const key = `${source}:${sourcePort}>${destination}:${destinationPort}`;
    const known = this.#connections.get(key);
    if (known) known.receive(segment);
    else if ((flags & (SYN | ACK | RST)) === SYN) this.#open(key, segment, packet);
    else if (!(flags & RST)) this.#refuse(segment);
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.abort();
  }

  #open(key: string, segment: Segment, packet: Buffer): void {
    const connection = new Connection(segment, this.#options, () => this.#connections.delete(key));
    this.#connections.set(key, connection);
    this.#options.dial(segment.destination, segment.destinationPort).then(
      (duplex) => connection.accept(duplex),
      (err: unknown) => {
        this.#connections.delete(key);
        const code = errorCode(err);
        if (code === 'ETIMEDOUT') return;
        if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
          this.#options.send(unreachable(packet, HOST_UNREACHABLE));
        else this.#refuse(segment);
      },
    );
  }

  #refuse({ source, sourcePort, destination, destinationPort, seq, ack, flags, payload }: Segment): void {
    const length = payload.length + (flags & (SYN | FIN) ? 1 : 0);
    this.#options.send(
      encodeSegment({
        source: destination,
        sourcePort: destinationPort,
        destination: source,
        destinationPort: sourcePort,
        seq: flags & ACK ? ack : 0,
        ack: plus(seq, length),
        flags: flags & ACK ? RST : RST | ACK,
        window: 0,
        payload: EMPTY,
      }),
    );
  }
}
