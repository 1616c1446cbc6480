import { SerializeAddon } from '@xterm/addon-serialize';
import headless from '@xterm/headless';
import type { Size } from './pty.ts';

const SCROLLBACK = 1000;

/** Leaves the other page, which full-screen programs use. On the usual page it would move the cursor. */
const LEAVE_OTHER_PAGE = '\x1b[?1049l';
/** Ends the modes that a killed program had set; keeps the text. */
const LEAVE_MODES = '\x1b[?1l\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b>\x1b[0m';

/** What a terminal shows, kept by a terminal emulator without a window: whoever looks later is shown the same. */
export class Screen {
  readonly #terminal: headless.Terminal;
  readonly #serializer = new SerializeAddon();

  constructor({ columns, rows }: Size) {
    this.#terminal = new headless.Terminal({ cols: columns, rows, scrollback: SCROLLBACK, allowProposedApi: true });
    this.#terminal.loadAddon(this.#serializer);
  }

  /** `done` is called when the data is on the screen. */
  write(data: Uint8Array | string, done?: () => void): void {
    this.#terminal.write(data, done);
  }

  resize({ columns, rows }: Size): void {
    this.#terminal.resize(columns, rows);
  }

  get size(): Size {
    return { columns: this.#terminal.cols, rows: this.#terminal.rows };
  }

  /** Bytes that paint this screen, scrollback and modes on an empty terminal of the same size. */
  paint(): string {
    return this.#serializer.serialize({ scrollback: SCROLLBACK });
  }

  /** Shows an earlier screen, ready for a new shell's prompt below it. */
  restore(painting: string, done: () => void): void {
    const terminal = this.#terminal;
    terminal.write(painting, () => {
      const leave = terminal.buffer.active.type === 'alternate' ? LEAVE_OTHER_PAGE + LEAVE_MODES : LEAVE_MODES;
      terminal.write(leave, () => terminal.write(terminal.buffer.active.cursorX > 0 ? '\r\n' : '', done));
    });
  }

  dispose(): void {
    this.#terminal.dispose();
  }
}
