import { expect, test } from 'vitest';
import { sandboxArguments, type SandboxSpec } from './sandbox.ts';

const node: SandboxSpec = {
  hostname: 'node01',
  disk: '/data/node01',
  runtimeDir: '/tmp/drydock-x/shared',
  tools: new Map([['kubectl', '/drydock/build/tools/bin/kubectl']]),
  completions: new Map([['kubectl', '/drydock/build/tools/completions/kubectl']]),
  shims: ['ssh', 'crictl'],
  settings: ['/etc/alternatives'],
  tun: true,
  rootIsReal: true,
};

test('of the real machine a host has its programs, read-only, and its own disk', () => {
  const line = sandboxArguments(node).join(' ');
  const binds = [...line.matchAll(/--(\S*bind) (\S+) (\S+)/g)].map(([, how, from, to]) => `${how} ${from} ${to}`);
  expect(binds).toEqual([
    'bind /data/node01 /',
    'ro-bind /usr /usr',
    'ro-bind /drydock/build/tools/bin/kubectl /usr/local/bin/kubectl',
    'ro-bind /drydock/build/tools/completions/kubectl /usr/local/share/bash-completion/completions/kubectl',
    'ro-bind /etc/alternatives /etc/alternatives',
    'dev-bind /dev/net/tun /dev/net/tun',
    'ro-bind /tmp/drydock-x/shared /run/drydock',
  ]);
});

test('every namespace is new, the environment empty, and memory file systems bounded', () => {
  const args = sandboxArguments(node);
  for (const flag of ['pid', 'net', 'ipc', 'uts', 'cgroup']) expect(args).toContain(`--unshare-${flag}`);
  expect(args).toContain('--clearenv');
  expect(args).toContain('--die-with-parent');
  const unbounded = args.filter((arg, i) => arg === '--tmpfs' && !args.slice(i - 4, i).includes('--size'));
  expect(unbounded).toEqual([]);
  expect(args.join(' ')).toContain('--symlink /run/drydock/shim /usr/local/bin/crictl');
});

test('/proc is read-only where root inside is root outside', () => {
  const readOnly = (spec: SandboxSpec) => sandboxArguments(spec).join(' ').includes('--remount-ro /proc');
  expect(readOnly(node)).toBe(true);
  expect(readOnly({ ...node, rootIsReal: false })).toBe(false);
});
