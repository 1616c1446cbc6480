import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import headless from '@xterm/headless';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../lib/kit/clock.ts';
import { Terminal, type Size, type View } from '../../lib/terminal/index.ts';
import { openLab, until, type Lab } from './fixture.ts';

let lab: Lab;
const open: Terminal[] = [];
afterEach(async () => {
  for (const terminal of open.splice(0)) terminal.dispose();
  await lab.close();
});

const WINDOW: Size = { columns: 80, rows: 24 };

function terminal(name = 'one', host = 'base'): Terminal {
  const made = new Terminal({
    hosts: lab.hosts,
    host,
    file: join(lab.dir, `${name}.json`),
    clock: systemClock,
    size: WINDOW,
  });
  open.push(made);
  return made;
}

/** A browser's terminal: what its page shows. */
class Page {
  readonly view: View;
  received = 0;
  /** Says how much the page has not taken yet. */
  backlog = 0;
  readonly #screen = new headless.Terminal({ cols: WINDOW.columns, rows: WINDOW.rows, allowProposedApi: true });

  constructor(terminal: Terminal) {
    this.view = terminal.attach({
      show: (data) => {
        this.received += data.length;
        this.#screen.write(data);
      },
      backlog: () => this.backlog,
    });
  }

  text(): string {
    const { active } = this.#screen.buffer;
    const lines = Array.from({ length: active.length }, (_, i) => active.getLine(i)?.translateToString(true) ?? '');
    return lines.join('\n').replace(/\n+$/, '');
  }

  async type(keys: string): Promise<void> {
    this.view.input(keys);
    await Promise.resolve();
  }

  /** Waits until it does; what it shows then. */
  async shows(text: string | RegExp, ms?: number): Promise<string> {
    const there = () => (typeof text === 'string' ? this.text().includes(text) : text.test(this.text()));
    await until(`the page shows ${text}`, there, ms).catch((err: unknown) => {
      throw new Error(`${String(err)}; it shows:\n${this.text()}`);
    });
    return this.text();
  }
}

test('a login shell with the prompts of an exam host, root and back', async () => {
  lab = openLab();
  const page = new Page(terminal());
  await page.shows(/^candidate@base:~\$ $/m);
  await page.type('sudo -i\r');
  await page.shows('root@base:~# ');
  await page.type('stty size; exit\r');
  expect(await page.shows(/24 80\nlogout\ncandidate@base:~\$ $/)).toMatch(/^candidate@base:~\$ sudo -i\n/);
});

test('ssh opens a terminal on the other host, of this size, and says when it is closed', async () => {
  lab = openLab();
  const page = new Page(terminal());
  await page.shows('candidate@base:~$');
  await page.type('ssh node01\r');
  await page.shows('candidate@node01:~$');
  page.view.resize({ columns: 60, rows: 20 });
  // The new size travels beside what is typed.
  await page.type('until stty size | grep -q "20 60"; do :; done; stty size; sudo stty size; sleep 100\r');
  await page.shows(/20 60\n20 60$/);
  await until('it sleeps', async () => (await lab.root('node01', 'pgrep -x sleep')).exitCode === 0);
  await page.type('\x03');
  await page.type('echo $?; exit 4\r');
  await page.shows('130\n');
  await page.shows('Connection to node01 closed.\ncandidate@base:~$');
  await page.type('echo "status $?"\r');
  expect(await page.shows(/\nstatus 4\n/)).toMatch(/^candidate@base:~\$ ssh node01\n/);
});

test('editors, colours and Korean work', async () => {
  lab = openLab();
  const page = new Page(terminal('one', 'node01'));
  await page.shows('candidate@node01:~$');
  await page.type('printf "set number\\n" > ~/.vimrc; vim 안녕.txt\r');
  await page.shows('"안녕.txt" [New]');
  await page.type('i한글 입력\x1b:wq\r');
  await page.shows(/candidate@node01:~\$ $/);
  await page.type('clear; cat 안녕.txt; tput colors; echo $TERM; tty -s && echo tty; k vers\t --client\r');
  expect(await page.shows(/한글 입력\n256\nxterm-256color\ntty\nClient Version/)).not.toContain('not found');
});

test('a reconnected page, and a second one, show the same screen', async () => {
  lab = openLab();
  const shell = terminal();
  const first = new Page(shell);
  await first.shows('candidate@base:~$');
  await first.type('seq 1 40; echo the end\r');
  await first.shows(/the end\ncandidate@base:~\$ $/);
  first.view.detach();
  const second = new Page(shell);
  await second.shows('the end');
  expect(second.text()).toBe(first.text());
  const third = new Page(shell);
  await second.type('echo both\r');
  await third.shows(/\nboth\n/);
  expect(first.text()).not.toContain('both');
});

test('after the server was lost, the screen is as before and a new shell is in the same directory', async () => {
  lab = openLab();
  const before = new Page(terminal());
  await before.shows('candidate@base:~$');
  await before.type('mkdir -p deep/er; cd deep/er; echo remembered\r');
  await before.shows(/\nremembered\ncandidate@base:~\/deep\/er\$ $/);
  const file = join(lab.dir, 'one.json');
  await until(
    'the screen is saved',
    () =>
      (existsSync(file) && readFileSync(file, 'utf8').includes('deep/er\\u001b')) ||
      (existsSync(file) && /"cwd":"[^"]*deep\/er"/.test(readFileSync(file, 'utf8'))),
  );
  // The server ends without a word: nothing is disposed of, a second one starts from what is on the disk.
  const after = new Page(terminal());
  expect(await after.shows(/\nremembered\ncandidate@base:~\/deep\/er\$\s+candidate@base:~\/deep\/er\$ $/)).toContain(
    'echo remembered',
  );
});

test('a shell that ends is followed by another', async () => {
  lab = openLab();
  const page = new Page(terminal());
  await page.shows('candidate@base:~$');
  await page.type('exit\r');
  expect(await page.shows(/logout\n+candidate@base:~\$ $/)).toMatch(/^candidate@base:~\$ exit\n/);
});

test('endless output neither piles up nor slows another terminal', async () => {
  lab = openLab();
  const floods = Array.from({ length: 6 }, (_, i) => new Page(terminal(`flood${i}`)));
  const quiet = new Page(terminal('quiet'));
  for (const page of [...floods, quiet]) await page.shows('candidate@base:~$');
  for (const page of floods) await page.type('yes\r');
  await until('they flow', () => floods.every((page) => page.received > 100_000));
  const before = process.memoryUsage().rss;
  const delays: number[] = [];
  for (let i = 0; i < 10; i++) {
    const began = performance.now();
    await quiet.type(`echo mark$((${i}+500))\r`);
    await quiet.shows(`mark${i + 500}\n`);
    delays.push(performance.now() - began);
  }
  expect(delays.sort((a, b) => a - b)[5]).toBeLessThan(500);
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  await floods[0]?.type('\x03');
  await floods[0]?.shows(/\^C\ncandidate@base:~\$ $/);
});

test('a page that falls behind is skipped, and then shown the whole screen', async () => {
  lab = openLab();
  const shell = terminal();
  const slow = new Page(shell);
  const fast = new Page(shell);
  await slow.shows('candidate@base:~$');
  slow.backlog = 10_000_000;
  await fast.type('seq 1 5000; echo finished\r');
  await fast.shows(/\nfinished\ncandidate@base:~\$ $/);
  const received = slow.received;
  expect(slow.text()).not.toContain('finished');
  slow.backlog = 0;
  await slow.shows(/\nfinished\ncandidate@base:~\$ $/);
  expect(received).toBeLessThan(2000);
});
