import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import type { ITheme } from '@xterm/xterm';
import { TerminalLink } from './terminal-link.ts';
import type { LinkState } from './terminal-link.ts';

const FONTS =
  "ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', 'DejaVu Sans Mono', D2Coding, 'Noto Sans Mono CJK KR', monospace";

const THEME: ITheme = {
  background: '#10181a',
  foreground: '#dbe5e5',
  cursor: '#7fd8dc',
  cursorAccent: '#10181a',
  selectionBackground: '#2f5a5d',
  black: '#26343a',
  red: '#ff8f84',
  green: '#7bd88f',
  yellow: '#f0c674',
  blue: '#7fb8f5',
  magenta: '#d6a6f0',
  cyan: '#6fd3d8',
  white: '#dbe5e5',
  brightBlack: '#8598a0',
  brightRed: '#ffb0a8',
  brightGreen: '#a4e8b3',
  brightYellow: '#ffdf9e',
  brightBlue: '#a9d1ff',
  brightMagenta: '#e7c8fa',
  brightCyan: '#9fe8ec',
  brightWhite: '#ffffff',
};

export interface ScreenEvents {
  onState: (state: LinkState) => void;
  /** Somebody typed. */
  onTyped: () => void;
  onCopy: (text: string) => void;
  onFind: () => void;
}

/** What keys the terminal leaves to the page, by `event.code`; with Ctrl and Shift. */
const PAGE_KEYS = new Set(['KeyC', 'KeyV', 'KeyF']);

/** One terminal on the page: drawn by xterm, joined with the shell on the server. */
export class Screen {
  readonly terminal: Terminal;
  readonly search = new SearchAddon();
  readonly #fit = new FitAddon();
  readonly #link: TerminalLink;
  readonly #observer: ResizeObserver;
  readonly #holder: HTMLElement;

  constructor(holder: HTMLElement, path: string, label: string, fontSize: number, events: ScreenEvents) {
    this.#holder = holder;
    this.terminal = new Terminal({
      fontFamily: FONTS,
      fontSize,
      lineHeight: 1.2,
      theme: THEME,
      scrollback: 5000,
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      minimumContrastRatio: 4.5,
      macOptionIsMeta: true,
      rightClickSelectsWord: false,
      allowProposedApi: true,
    });
    this.terminal.loadAddon(this.#fit);
    this.terminal.loadAddon(this.search);
    this.terminal.loadAddon(new WebLinksAddon());
    this.terminal.open(holder);
    this.terminal.textarea?.setAttribute('aria-label', label);
    this.terminal.attachCustomKeyEventHandler((event) => this.#isForShell(event, events));
    this.#observer = new ResizeObserver(() => this.fit());
    this.#observer.observe(holder);
    this.fit();

    const encoder = new TextEncoder();
    this.#link = new TerminalLink(path, {
      onBytes: (bytes) => this.terminal.write(bytes),
      onState: events.onState,
      size: () => ({ columns: this.terminal.cols, rows: this.terminal.rows }),
    });
    this.terminal.onData((text) => {
      this.#link.send(encoder.encode(text));
    });
    this.terminal.onBinary((bytes) => this.#link.send(Uint8Array.from(bytes, (c) => c.charCodeAt(0))));
    // Not onData: that also carries what the terminal itself answers to programs.
    this.terminal.onKey(() => events.onTyped());
    this.terminal.onResize(({ cols, rows }) => this.#link.resize({ columns: cols, rows }));
  }

  #isForShell(event: KeyboardEvent, events: ScreenEvents): boolean {
    if (event.key === 'F6' || (event.altKey && /^Page(Up|Down)$/.test(event.key))) return false;
    if (!event.ctrlKey || !event.shiftKey || !PAGE_KEYS.has(event.code)) return true;
    if (event.type === 'keydown' && event.code !== 'KeyV') {
      event.preventDefault();
      if (event.code === 'KeyF') events.onFind();
      else if (this.terminal.hasSelection()) events.onCopy(this.terminal.getSelection());
    }
    // Pasting is left to the browser, which hands the text to xterm's own field without asking for permission.
    return false;
  }

  /** Fits the terminal to its place; a hidden one keeps its size. */
  fit(): void {
    if (this.#holder.clientWidth === 0 || this.#holder.clientHeight === 0) return;
    const size = this.#fit.proposeDimensions();
    if (size && size.cols >= 2 && size.rows >= 2) this.#fit.fit();
  }

  setFontSize(fontSize: number): void {
    this.terminal.options.fontSize = fontSize;
    this.fit();
  }

  setLabel(label: string): void {
    this.terminal.textarea?.setAttribute('aria-label', label);
  }

  reconnect(): void {
    this.#link.reconnect();
  }

  dispose(): void {
    this.#observer.disconnect();
    this.#link.dispose();
    this.terminal.dispose();
  }
}
