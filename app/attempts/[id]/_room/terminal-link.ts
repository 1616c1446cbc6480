export interface Size {
  columns: number;
  rows: number;
}

/** `closed`: for good, by the server: time is up, or the lab was started over. */
export type LinkState = 'connecting' | 'open' | 'lost' | 'closed';

export interface LinkEvents {
  onBytes: (bytes: Uint8Array) => void;
  onState: (state: LinkState) => void;
  /** Asked whenever a connection is made. */
  size: () => Size;
}

const RETRY_MS = [300, 1000, 2000, 4000];

/**
 * The connection to one terminal on the server, made again whenever it is lost: the server paints the screen as it stands
 * first. Frames: lib/fleet/worker/terminal-socket.ts.
 */
export class TerminalLink {
  readonly #url: string;
  readonly #events: LinkEvents;
  #socket: WebSocket | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #disposed = false;

  constructor(path: string, events: LinkEvents) {
    this.#url = `${location.origin.replace(/^http/, 'ws')}${path}`;
    this.#events = events;
    window.addEventListener('online', this.reconnect);
    window.addEventListener('offline', this.#onOffline);
    this.#connect();
  }

  /** What is typed while there is no connection is dropped: nobody wants it to run a minute later. */
  send(data: Uint8Array<ArrayBuffer>): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(data);
  }

  resize({ columns, rows }: Size): void {
    if (this.#socket?.readyState === WebSocket.OPEN)
      this.#socket.send(JSON.stringify({ type: 'resize', columns, rows }));
  }

  /** Tries at once. */
  reconnect = (): void => {
    if (this.#disposed) return;
    this.#failures = 0;
    this.#drop();
    this.#connect();
  };

  dispose(): void {
    this.#disposed = true;
    window.removeEventListener('online', this.reconnect);
    window.removeEventListener('offline', this.#onOffline);
    this.#drop();
  }

  /** Lets go of the socket, if any, without hearing from it again. */
  #drop(): void {
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #onOffline = (): void => {
    this.#drop();
    this.#events.onState('lost');
  };

  #connect(): void {
    this.#events.onState(this.#failures === 0 ? 'connecting' : 'lost');
    const socket = new WebSocket(this.#url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    const isCurrent = () => this.#socket === socket;
    socket.addEventListener('open', () => {
      if (!isCurrent()) return;
      this.#failures = 0;
      this.#events.onState('open');
      this.resize(this.#events.size());
    });
    socket.addEventListener('message', (event: MessageEvent<ArrayBuffer | string>) => {
      if (!isCurrent()) return;
      if (typeof event.data === 'string') this.#onControl(event.data);
      else this.#events.onBytes(new Uint8Array(event.data));
    });
    socket.addEventListener('close', () => {
      if (!isCurrent()) return;
      this.#socket = undefined;
      this.#events.onState('lost');
      const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] ?? 0;
      this.#failures++;
      this.#retry = setTimeout(() => this.#connect(), wait);
    });
  }

  #onControl(text: string): void {
    if ((JSON.parse(text) as { type?: unknown }).type !== 'closed') return;
    this.#drop();
    this.#events.onState('closed');
  }
}
