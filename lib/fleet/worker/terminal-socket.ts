import type { WebSocket } from 'ws';
import { z } from 'zod';

/**
 * The frames between the page and a terminal:
 *
 *     binary, both ways      bytes of the terminal
 *     text, page → worker    {"type": "resize", "columns": 120, "rows": 40}
 *     text, worker → page    {"type": "closed"}: the terminal was closed for good (time is up, or the lab was reset)
 *
 * The screen as it stands is the first thing that the page is sent. A socket that closes without "closed" may be opened
 * again at once: the same screen comes back.
 */
const control = z.object({
  type: z.literal('resize'),
  columns: z.int().min(2).max(500),
  rows: z.int().min(2).max(300),
});

export interface TerminalSize {
  columns: number;
  rows: number;
}

/** What a terminal's side makes of a page's frames. */
export interface FromPage {
  input(bytes: Uint8Array): void;
  resize(size: TerminalSize): void;
  gone(): void;
}

export function listenToPage(socket: WebSocket, to: FromPage): void {
  socket.on('message', (data, isBinary) => {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer);
    if (isBinary) {
      to.input(bytes);
      return;
    }
    const parsed = control.safeParse(parse(bytes.toString()));
    if (parsed.success) to.resize(parsed.data);
    else socket.close(1003, 'malformed control frame');
  });
  socket.on('close', () => to.gone());
  // 'close' follows.
  socket.on('error', () => undefined);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function tellClosed(socket: WebSocket): void {
  socket.send(JSON.stringify({ type: 'closed' }));
  socket.close(1000, 'closed');
}
