import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { projectPath } from '../../lib/kit/project-file.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) =>
  existsSync(p),
);
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The whole product in a fresh data folder, started as a user starts it, and a browser. */
export class Site {
  readonly url: string;
  #server: ChildProcess;
  readonly #browser: Browser;
  readonly #dataDir: string;
  /** What pages have complained about in the browser's console. */
  readonly complaints: string[] = [];

  private constructor(url: string, server: ChildProcess, browser: Browser, dataDir: string) {
    this.url = url;
    this.#server = server;
    this.#browser = browser;
    this.#dataDir = dataDir;
  }

  static async start(): Promise<Site> {
    if (CHROMIUM === undefined) throw new Error('the browser tests need Chromium: apt-get install chromium');
    const dataDir = mkdtempSync(join(tmpdir(), 'drydock-e2e-'));
    const server = startServer(dataDir, '0');
    const url = await announced(server);
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    return new Site(url, server, browser, dataDir);
  }

  /** A browser of somebody new. */
  async visitor(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      baseURL: this.url,
      viewport: { width: 1366, height: 768 },
      locale: 'en-GB',
      ...options,
    });
    const page = await context.newPage();
    page.on('pageerror', (err) => this.complaints.push(`${page.url()}: ${err.message}`));
    page.on('console', (message) => {
      // Refused forms, missing pages and the terminals of an ended attempt are told by their status; that is no complaint.
      if (message.type() === 'error' && !/status of 4\d\d|response code: 4\d\d/.test(message.text())) {
        this.complaints.push(`${page.url()}: ${message.text()}`);
      }
    });
    return page;
  }

  /** Kills the worker process as an operator's `kill -9` does. */
  killWorker(): void {
    const pid = this.#server.pid ?? 0;
    for (const child of readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')) {
      if (readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('worker.js')) process.kill(Number(child), 'SIGKILL');
    }
  }

  /** Kills the web process the same way, and starts another one on the same data and port. */
  async killWeb(): Promise<void> {
    const ended = new Promise((done) => this.#server.once('exit', done));
    this.#server.kill('SIGKILL');
    await ended;
    this.#server = startServer(this.#dataDir, new URL(this.url).port);
    await announced(this.#server);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    const ended = new Promise((done) => this.#server.once('exit', done));
    this.#server.kill('SIGTERM');
    await ended;
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}

function startServer(dataDir: string, port: string): ChildProcess {
  return spawn(process.execPath, [projectPath('scripts/start.mjs')], {
    cwd: projectPath(),
    env: { ...process.env, PORT: port, DRYDOCK_DATA: dataDir, DATABASE_URL: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The address that the server prints once it listens. */
function announced(server: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let output = '';
    const hear = (data: Buffer) => {
      output += data.toString();
      const url = /Drydock is ready: (\S+)/.exec(output)?.[1];
      if (url !== undefined) done(url);
    };
    server.stdout?.on('data', hear);
    server.stderr?.on('data', hear);
    server.once('exit', (code) => fail(new Error(`the server ended with ${code}:\n${output}`)));
  });
}

/** What axe finds on the page as it stands: `rule: element`. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.addScriptTag({ content: axe.source });
  return page.evaluate(async () => {
    const { axe: inPage } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await inPage.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  });
}

/** Whether the page is wider than its window. */
export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

export async function signUp(page: Page, name: string): Promise<void> {
  await page.goto('/sign-up');
  await page.fill('#name', name);
  await page.fill('#email', `${name.toLowerCase().replaceAll(/\W+/g, '.')}@example.org`);
  await page.fill('#password', 'a long enough passphrase');
  await page.click('button[type=submit]');
  await page.waitForURL('**/home');
}
