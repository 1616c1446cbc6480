import { expect, test } from 'vitest';
import { Screen } from './screen.ts';

const size = { columns: 40, rows: 5 };
const after = (action: (done: () => void) => void) => new Promise<void>((resolve) => action(resolve));

test('a painting shows the same on another screen, colours and scrollback included', async () => {
  const screen = new Screen(size);
  await after((done) => screen.write(`${'line\r\n'.repeat(20)}\x1b[31mred\x1b[0m 한글`, done));
  const copy = new Screen(size);
  await after((done) => copy.write(screen.paint(), done));
  expect(copy.paint()).toBe(screen.paint());
  expect(screen.paint()).toContain('\x1b[31mred\x1b[0m 한글');
});

test('a restored screen goes on below what it shows', async () => {
  const screen = new Screen(size);
  await after((done) => screen.write('text\r\ncandidate@base:~$ ', done));
  const next = new Screen(size);
  await after((done) => next.restore(screen.paint(), done));
  await after((done) => next.write('new', done));
  expect(next.paint()).toBe('text\r\ncandidate@base:~$ \r\nnew');
});

test('an editor that was open is left, and the text before it is back', async () => {
  const screen = new Screen(size);
  await after((done) => screen.write('$ vim\r\n\x1b[?1049h\x1b[?25l\x1b[?2004hedited text', done));
  const next = new Screen(size);
  await after((done) => next.restore(screen.paint(), done));
  await after((done) => next.write('$ ', done));
  expect(next.paint()).toBe('$ vim\r\n$ ');
});
