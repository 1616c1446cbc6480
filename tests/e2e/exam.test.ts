import { afterAll, beforeAll, expect, test } from 'vitest';
import { Site, accessibilityProblems, signUp } from './site.ts';
import { TypedTerminal } from './terminal.ts';

let site: Site;
beforeAll(async () => {
  site = await Site.start();
});
afterAll(() => site.stop());

const PATCH = [
  'spec:',
  '  template:',
  '    spec:',
  '      nodeSelector:',
  '        disk: tape',
  '      tolerations:',
  '        - key: dedicated',
  '          operator: Equal',
  '          value: archive',
  '          effect: NoSchedule',
];

test('a whole exam: solve a task by hand, reload, flag, submit, read the result in both languages', async () => {
  const page = await site.visitor();
  const terminal = new TypedTerminal(page);
  await signUp(page, 'Ada');
  await page.getByRole('button', { name: 'Sit this exam' }).first().click();
  await page.getByRole('button', { name: 'Start the exam' }).click();
  await page.getByRole('heading', { name: 'Set a node apart for the archive' }).waitFor();

  // One task with the keyboard alone: by ssh, kubectl and vim.
  await terminal.focus();
  await terminal.shows(/candidate@base:~\$/);
  await terminal.run('ssh controlplane', /candidate@controlplane:~\$/);
  await terminal.run('kubectl label node node02 disk=tape', /^node\/node02 labeled/);
  await terminal.run('kubectl taint node node02 dedicated=archive:NoSchedule', /^node\/node02 tainted/);
  await terminal.run('vim patch.yaml', /"patch\.yaml" \[New\]/);
  await terminal.type(`:set paste\ni${PATCH.join('\n')}`);
  await terminal.press('Escape');

  // The page is left in the middle of it, and vim is still there.
  await terminal.shows(/effect: NoSchedule/);
  await page.reload();
  await terminal.focus();
  await terminal.shows(/effect: NoSchedule/);
  await terminal.type(':wq\n');
  await terminal.shows(/candidate@controlplane:~\$ *$/);
  await terminal.run('kubectl -n vault patch deployment archiver --patch-file patch.yaml', /archiver patched/);
  await terminal.run('kubectl -n vault rollout status deployment archiver', /successfully rolled out/);

  // Another terminal has its own shell; the first keeps its place.
  await page.getByRole('button', { name: 'New terminal' }).click();
  await terminal.shows(/candidate@base:~\$/);
  await page.getByRole('tab', { name: 'Terminal 1' }).click();
  await terminal.shows(/successfully rolled out/);

  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Flag' }).click();
  await page.getByRole('button', { name: 'Notes' }).click();
  await page.fill('#notes', 'come back to the menu');
  await page.getByText('Saved', { exact: true }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Flag', pressed: true }).waitFor();
  expect(await page.inputValue('#notes')).toBe('come back to the menu');

  await page.getByRole('button', { name: 'Submit' }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.innerText()).toMatch(/Not worked on: tasks 2, 3, 4, 5\s+Flagged: task 2/);
  await dialog.getByRole('button', { name: 'Submit now' }).click();

  await page.getByRole('heading', { name: 'Task by task' }).waitFor({ timeout: 120_000 });
  const solved = page.locator('details').first();
  expect(await solved.locator('summary').innerText()).toContain('10 of 10 points');
  const other = page.locator('details').nth(1);
  await other.locator('summary').click();
  expect(await other.innerText()).toContain('0 of 10 points');
  expect(await other.getByText('Expected', { exact: true }).count()).toBeGreaterThan(0);
  expect(await accessibilityProblems(page)).toEqual([]);

  await page.getByRole('button', { name: '한국어' }).click();
  await page.getByRole('heading', { name: '문항별 결과' }).waitFor();
  expect(await solved.locator('summary').innerText()).toContain('10점 중 10점');
  expect(await other.innerText()).toContain('기대한 값');
  await solved.locator('summary').click();
  await solved.getByRole('link', { name: '풀이 보기' }).click();
  await page.getByRole('heading', { name: '풀이: 아카이브 전용 노드 지정하기' }).waitFor();
  expect(site.complaints).toEqual([]);
});

test('a lab: check, look at the solution, start over', async () => {
  const page = await site.visitor();
  const terminal = new TypedTerminal(page);
  await signUp(page, 'Grace');
  await page.getByRole('button', { name: 'Start: Set a node apart for the archive' }).click();
  await terminal.focus();
  await terminal.shows(/candidate@base:~\$/);
  await terminal.run('ssh controlplane', /candidate@controlplane:~\$/);
  await terminal.run('kubectl label node node02 disk=tape', /^node\/node02 labeled/);

  await page.getByRole('button', { name: 'Check my work' }).click();
  await page.getByText('1 of 10 points').waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Show the solution' }).click();
  await page.getByText('kubectl taint node node02 dedicated=archive:NoSchedule').first().waitFor();
  expect(await accessibilityProblems(page)).toEqual([]);

  await page.getByRole('button', { name: 'Start over' }).click();
  await page.getByRole('button', { name: 'Throw away and start over' }).click();
  await page.getByText('Not checked yet').waitFor({ timeout: 60_000 });
  await terminal.focus();
  await terminal.shows(/candidate@base:~\$/);
  await terminal.run('ssh controlplane', /candidate@controlplane:~\$/);
  await terminal.run('kubectl get node -l disk=tape', /No resources found/);

  await page.getByRole('button', { name: 'Finish' }).click();
  await page.getByRole('button', { name: 'Finish and grade' }).click();
  await page.getByRole('heading', { name: 'Task by task' }).waitFor({ timeout: 120_000 });
  expect(site.complaints).toEqual([]);
});
