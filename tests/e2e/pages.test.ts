import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Site, accessibilityProblems, isTooWide, signUp } from './site.ts';
import { TypedTerminal } from './terminal.ts';

let site: Site;
beforeAll(async () => {
  site = await Site.start();
});
afterAll(() => site.stop());

const PHONE = { width: 390, height: 844 };

describe.each([
  ['laptop', undefined],
  ['phone', PHONE],
])('on a %s', (name, viewport) => {
  test.each(['en', 'ko'])('pages for visitors are accessible and fit (%s)', async (locale) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await site.visitor({ locale, colorScheme, ...(viewport && { viewport }) });
      for (const path of ['/', '/sign-in', '/sign-up', '/nowhere']) {
        await page.goto(path);
        expect(await page.getAttribute('html', 'lang')).toBe(locale);
        expect(await accessibilityProblems(page)).toEqual([]);
        expect(await isTooWide(page)).toBe(false);
      }
      await page.context().close();
    }
  });

  test('somebody signs up, starts the exam and has a terminal', async () => {
    const page = await site.visitor(viewport && { viewport });
    await signUp(page, `Ada ${name}`);
    expect(await page.textContent('h1')).toBe(`Hello, Ada ${name}`);
    expect(await accessibilityProblems(page)).toEqual([]);

    await page.getByRole('button', { name: 'Sit this exam' }).first().click();
    await page.waitForURL('**/attempts/*');
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Start the exam' }).click();

    await page.getByRole('timer').waitFor();
    await page.getByRole('button', { name: 'controlplane' }).first().waitFor();
    if (viewport) await page.getByRole('button', { name: 'Terminal', exact: true }).click();
    const terminal = new TypedTerminal(page);
    await terminal.focus();
    await terminal.shows(/candidate@base:~\$/);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await isTooWide(page)).toBe(false);
    await page.context().close();
  });
});

test('forms say what is wrong beside the field', async () => {
  const page = await site.visitor();
  await signUp(page, 'Grace');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'Sign in' }).first().click();
  await page.fill('#email', 'grace@example.org');
  await page.click('button[type=submit]');
  expect(await page.locator('#password-error').textContent()).toBe('Enter your password.');
  await page.fill('#password', 'not the passphrase');
  await page.getByRole('button', { name: 'Show password' }).click();
  expect(await page.getAttribute('#password', 'type')).toBe('text');
  await page.click('button[type=submit]');
  await page.getByText('E-mail address or password is not right.').waitFor();

  await page.goto('/sign-up');
  await page.fill('#name', 'Grace');
  await page.fill('#email', 'grace@example.org');
  await page.fill('#password', 'a long enough passphrase');
  await page.click('button[type=submit]');
  await page.locator('#email-error').waitFor();
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('email');
  await page.context().close();
});

test('the language changes in place, and a page asked for before signing in is found after it', async () => {
  const page = await site.visitor();
  await page.goto('/history');
  await page.waitForURL('**/sign-in?next=%2Fhistory');
  await page.fill('#email', 'grace@example.org');
  await page.getByRole('button', { name: '한국어' }).click();
  await page.getByRole('heading', { name: '로그인' }).waitFor();
  expect(await page.inputValue('#email')).toBe('grace@example.org');
  await page.fill('#password', 'a long enough passphrase');
  await page.press('#password', 'Enter');
  await page.waitForURL('**/history');
  await page.getByRole('heading', { name: '응시 기록' }).waitFor();
  await page.context().close();
});

test('no page has complained in the browser', () => {
  expect(site.complaints).toEqual([]);
});
