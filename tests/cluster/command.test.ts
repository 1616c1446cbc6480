import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { projectPath } from '../../lib/kit/project-file.ts';

const scratch = mkdtempSync(join(tmpdir(), 'drydock-command-'));
const kubeconfig = join(scratch, 'kubeconfig');
const dir = join(scratch, 'state');
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function startCluster(): Promise<{ process: ChildProcess; line: string }> {
  const args = ['run', '--silent', 'cluster', '--', '--kubeconfig', kubeconfig, '--dir', dir, '--profile', 'one-node'];
  const process = spawn('npm', args, { cwd: projectPath(), stdio: ['ignore', 'pipe', 'inherit'] });
  let line = '';
  for await (const data of process.stdout as AsyncIterable<Buffer>) {
    line += data.toString();
    if (line.includes('\n')) break;
  }
  return { process, line };
}

const kubectl = (...args: string[]) =>
  execFileSync(projectPath('build/tools/bin/kubectl'), ['--kubeconfig', kubeconfig, ...args], {
    encoding: 'utf8',
    stdio: 'pipe',
  });

test('npm run cluster says when it is ready, ends by SIGTERM with status 0, and goes on where it was', async () => {
  const first = await startCluster();
  expect(first.line).toMatch(/^ready https:\/\/127\.0\.0\.1:\d+ \d+\n$/);
  expect(kubectl('create', 'namespace', 'kept')).toBe('namespace/kept created\n');
  first.process.kill('SIGTERM');
  expect(await once(first.process, 'exit')).toEqual([0, null]);
  // Not only npm has ended: nobody listens any more.
  expect(() => kubectl('get', 'namespaces')).toThrow('refused');

  const second = await startCluster();
  expect(kubectl('get', 'namespace', 'kept', '-o', 'name')).toBe('namespace/kept\n');
  second.process.kill('SIGTERM');
  expect(await once(second.process, 'exit')).toEqual([0, null]);
});
