import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Site, signUp } from './site.ts';
import { TypedTerminal } from './terminal.ts';

let site: Site;
beforeAll(async () => {
  site = await Site.start();
});
afterAll(() => site.stop());

/** When the exam ends, by the server. */
async function endOf(page: Page): Promise<string> {
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const answer = await page.request.get(`/api/attempts/${id}`);
  const { endsAt } = (await answer.json()) as { endsAt: string };
  return endsAt;
}

/** The screen is as it was, with a new shell below it, which reaches the cluster and the files that were there. */
async function expectAsBefore(terminal: TypedTerminal): Promise<void> {
  await terminal.focus();
  await terminal.shows(/high-water-mark/);
  await terminal.shows(/candidate@base:~\$ *$/);
  await terminal.run('ssh controlplane', /candidate@controlplane:~\$/);
  await terminal.run('cat note.txt', /^written down/);
  await terminal.run('kubectl get configmap tide -o name', /^configmap\/tide/);
  await terminal.run('kubectl get nodes --no-headers | grep -c " Ready "', /^3/);
  await terminal.run('echo high-water-mark', /^high-water-mark/);
}

test('kill -9 of the worker and of the web process loses nothing', async () => {
  const page = await site.visitor();
  const terminal = new TypedTerminal(page);
  await signUp(page, 'Joan');
  await page.getByRole('button', { name: 'Sit this exam' }).first().click();
  await page.getByRole('button', { name: 'Start the exam' }).click();
  await terminal.focus();
  await terminal.shows(/candidate@base:~\$/);
  await terminal.run('ssh controlplane', /candidate@controlplane:~\$/);
  await terminal.run('kubectl create configmap tide', /created/);
  await terminal.run('echo written down > note.txt; echo high-water-mark', /^high-water-mark/);
  await page.getByRole('button', { name: 'Flag' }).click();
  await page.getByRole('button', { name: 'Flag', pressed: true }).waitFor();
  const ends = await endOf(page);

  site.killWorker();
  await terminal.isCutOff();
  await expectAsBefore(terminal);

  await site.killWeb();
  await page.reload();
  await page.getByRole('button', { name: 'Flag', pressed: true }).waitFor();
  expect(await endOf(page)).toBe(ends);
  await expectAsBefore(terminal);
});
