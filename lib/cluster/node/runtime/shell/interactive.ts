import { Killed } from '../process.ts';
import { rawInputs } from '../terminal.ts';
import { Exit } from './flow.ts';
import type { Io } from './io.ts';
import type { Shell } from './shell.ts';

const PROMPT_END = { root: '# ', other: '$ ' };

/** A shell at a terminal: prompt, line editing with history, ^C and ^D. */
export async function interact(shell: Shell, io: Io): Promise<number> {
  const { process } = shell;
  process.on('INT', () => undefined);
  const history: string[] = [];
  let pending = '';
  for (;;) {
    const prompt = pending ? '> ' : promptOf(shell);
    await process.print(prompt);
    const line = await readLine(shell, io, history, prompt);
    if (line === undefined) return shell.status;
    if (line === 'interrupt') {
      pending = '';
      shell.status = 130;
      continue;
    }
    const source = pending + line.text;
    if (line.text.endsWith('\\') || unfinished(source)) {
      pending = `${source}\n`;
      continue;
    }
    pending = '';
    if (source.trim() === '') continue;
    try {
      await shell.runSource(source, io);
    } catch (err) {
      if (err instanceof Killed) throw err;
      if (err instanceof Exit && isExit(source)) return err.status;
      if (err instanceof Exit) shell.status = err.status;
      else await io.stderr.write(`${shell.name}: ${err instanceof Error ? err.message : String(err)}\n`);
    }
  }
}

/** Only `exit` leaves an interactive shell; what else ends a script ends the line. */
const isExit = (source: string) => /(^|[;&|\s])(exit|exec)(\s|$|;)/.test(source);

function promptOf(shell: Shell): string {
  const root = shell.process.fs.identity.uid === 0;
  const end = root ? PROMPT_END.root : PROMPT_END.other;
  if (shell.bash)
    return `${root ? 'root' : 'I have no name!'}@${shell.process.world.hostname}:${shell.process.cwd}${end}`;
  return `${shell.process.cwd === shell.parameter('HOME') && shell.process.cwd !== '/' ? '~' : shell.process.cwd} ${end}`;
}

function unfinished(source: string): boolean {
  let quote: string | undefined;
  for (let i = 0; i < source.length; i++) {
    const c = source[i];
    if (quote === "'" ? c === "'" : quote === '"' ? c === '"' : false) quote = undefined;
    else if (!quote && (c === "'" || c === '"')) quote = c;
    else if (c === '\\' && quote !== "'") i++;
  }
  if (quote) return true;
  const words = source.split(/[\s;]+/);
  const count = (...names: string[]) => words.filter((w) => names.includes(w)).length;
  return (
    count('do', 'then', 'case', '{') > 0 &&
    (count('for', 'while', 'until') > count('done') ||
      count('if') > count('fi') ||
      count('case') > count('esac') ||
      count('{') > count('}'))
  );
}

async function readLine(
  shell: Shell,
  io: Io,
  history: string[],
  prompt: string,
): Promise<{ text: string } | 'interrupt' | undefined> {
  const { process } = shell;
  rawInputs.add(io.stdin);
  try {
    let text = '';
    let cursor = 0;
    let back = history.length;
    let escape = '';
    const redraw = () =>
      process.print(`\r${prompt}${text}\x1b[K${text.length > cursor ? `\x1b[${text.length - cursor}D` : ''}`);
    for (;;) {
      const chunk = await process.wait(io.stdin.read());
      if (!chunk) return text ? { text } : undefined;
      const input = Buffer.from(chunk).toString('utf8');
      for (let i = 0; i < input.length; i++) {
        const c = input[i] ?? '';
        if (escape) {
          escape += c;
          if (!/^(\[|O)?[0-9;]*[A-Za-z~]$/.test(escape.slice(1)) || escape === '\x1bO') continue;
          if (escape.endsWith('A') || escape.endsWith('B')) {
            back = Math.min(Math.max(back + (escape.endsWith('A') ? -1 : 1), 0), history.length);
            text = history[back] ?? '';
            cursor = text.length;
          } else if (escape.endsWith('C')) cursor = Math.min(cursor + 1, text.length);
          else if (escape.endsWith('D')) cursor = Math.max(cursor - 1, 0);
          else if (escape.endsWith('H')) cursor = 0;
          else if (escape.endsWith('F')) cursor = text.length;
          escape = '';
          await redraw();
        } else if (c === '\x1b') escape = c;
        else if (c === '\r' || c === '\n') {
          await process.print('\n');
          io.stdin.unread(Buffer.from(input.slice(i + 1)));
          if (text.trim()) history.push(text);
          return { text };
        } else if (c === '\x03') {
          await process.print('^C\n');
          return 'interrupt';
        } else if (c === '\x04') {
          if (text) continue;
          await process.print('\n');
          return undefined;
        } else if (c === '\x7f' || c === '\b') {
          if (cursor === 0) continue;
          text = text.slice(0, cursor - 1) + text.slice(cursor);
          cursor--;
          await redraw();
        } else if (c === '\x01' || c === '\x05') {
          cursor = c === '\x01' ? 0 : text.length;
          await redraw();
        } else if (c === '\x15') {
          text = text.slice(cursor);
          cursor = 0;
          await redraw();
        } else if (c >= ' ') {
          text = text.slice(0, cursor) + c + text.slice(cursor);
          cursor++;
          if (cursor === text.length) await process.print(c);
          else await redraw();
        }
      }
    }
  } finally {
    rawInputs.delete(io.stdin);
  }
}
