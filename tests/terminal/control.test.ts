import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectPath } from '../../lib/kit/project-file.ts';
import { until } from './fixture.ts';

const programs = projectPath('build/test-programs');
const dir = mkdtempSync(join(tmpdir(), 'drydock-control-'));
let server: ChildProcess;

beforeAll(async () => {
  const entryPoints = [projectPath('tests/terminal/serve-fake-cluster.ts'), projectPath('scripts/shell.ts')];
  await build({
    entryPoints,
    outdir: programs,
    entryNames: '[name]',
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  });
  server = spawn(process.execPath, [join(programs, 'serve-fake-cluster.js'), dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => server.stdout?.once('data', resolve));
});
afterAll(() => {
  server.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const shell = (args: string[], input = '') => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(programs, 'shell.js'), '--dir', dir, ...args], {
    input,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

test('a command runs as root on the control plane unless told otherwise, with the very same streams and status', () => {
  expect(shell(['--', 'bash', '-c', 'id -un; hostname; pwd; cat; echo err >&2; exit 3'], 'in\u0000put')).toEqual({
    status: 3,
    stdout: 'root\ncontrolplane\n/root\nin\u0000put',
    stderr: 'err\n',
  });
  expect(shell(['--host', 'node01', '--user', 'candidate', '--', 'bash', '-c', 'id -un; hostname']).stdout).toBe(
    'candidate\nnode01\n',
  );
  expect(shell(['--', 'bash', '-c', 'kill -TERM $$']).status).toBe(143);
});

test('mistakes are sentences', () => {
  expect(shell(['--host', 'node07', '--', 'true'])).toEqual({
    status: 125,
    stdout: '',
    stderr: 'drydock: there is no host "node07"; the cluster has controlplane, node01\n',
  });
  expect(shell(['--user', 'bob', '--', 'true']).stderr).toMatch(/^there is no user "bob"\n\nusage: /);
  const elsewhere = spawnSync(process.execPath, [join(programs, 'shell.js'), '--dir', '/tmp', '--', 'true'], {
    encoding: 'utf8',
  });
  expect([elsewhere.status, elsewhere.stderr]).toEqual([
    125,
    'drydock: no cluster runs in /tmp; start one with: npm run cluster -- --kubeconfig FILE --dir /tmp\n',
  ]);
});

test('ending the command ends what it runs', async () => {
  const command = spawn(process.execPath, [join(programs, 'shell.js'), '--dir', dir, '--', 'sleep', '1234'], {
    stdio: 'ignore',
  });
  await until('it runs', () => shell(['--', 'pgrep', '-f', '^sleep 1234']).status === 0);
  command.kill('SIGTERM');
  await until('it has gone', () => shell(['--', 'pgrep', '-f', '^sleep 1234']).status === 1);
  expect(shell(['--', 'true']).status).toBe(0);
});

test('the sandboxes of a server that was killed die with it', async () => {
  const socket = readlinkSync(join(dir, 'control.sock'));
  const sandboxes = () =>
    execFileSync('ps', ['-eo', 'ppid,args'], { encoding: 'utf8' })
      .split('\n')
      .filter((l) => l.trim().startsWith(`${server.pid} `) && l.includes('bwrap'));
  const children = sandboxes().length;
  expect(children).toBeGreaterThan(0);
  const before = spawnSync('pgrep', ['-f', 'bwrap --args 4']).stdout.toString().split('\n').length;
  server.kill('SIGKILL');
  await until(
    'they are gone',
    () => spawnSync('pgrep', ['-f', 'bwrap --args 4']).stdout.toString().split('\n').length <= before - children,
  );
  expect(shell(['--', 'true'])).toEqual({
    status: 125,
    stdout: '',
    stderr: `drydock: the cluster of ${dir} does not run any more\n`,
  });
  rmSync(socket, { force: true });
});
