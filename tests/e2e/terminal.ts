import type { Page } from 'playwright-core';

const ACTIVE = '[data-terminal-active][data-state="open"]';

/** The terminal that is in front, as somebody at the keyboard uses it. */
export class TypedTerminal {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Waits for the connection and puts the cursor there. */
  async focus(): Promise<void> {
    await this.#page.locator(ACTIVE).waitFor({ timeout: 120_000 });
    await this.#page.locator(`${ACTIVE} .xterm-screen`).click();
  }

  /** Waits until the page has noticed that the connection is gone. */
  async isCutOff(): Promise<void> {
    await this.#page.locator('[data-terminal-active]:not([data-state="open"])').waitFor({ state: 'attached' });
  }

  async text(): Promise<string> {
    const text = await this.#page.locator(`${ACTIVE} .xterm-rows`).innerText();
    return text.replaceAll('\u00a0', ' ').trimEnd();
  }

  /** Waits until the screen shows it. */
  async shows(pattern: RegExp): Promise<void> {
    const shown = this.#page.waitForFunction(
      ([source, selector]) => {
        const text = document.querySelector<HTMLElement>(`${selector} .xterm-rows`)?.innerText ?? '';
        return new RegExp(source, 'm').test(text.replaceAll('\u00a0', ' '));
      },
      [pattern.source, ACTIVE] as const,
      { timeout: 60_000 },
    );
    await shown.catch(async () => {
      throw new Error(`the terminal never showed ${String(pattern)}; it shows:\n${await this.text()}`);
    });
  }

  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text, { delay: 4 });
  }

  async press(key: string): Promise<void> {
    await this.#page.keyboard.press(key);
  }

  /** Types a command on a cleared screen and waits for its output. */
  async run(command: string, output: RegExp): Promise<void> {
    await this.press('Control+l');
    await this.type(`${command}\n`);
    await this.shows(output);
  }
}
