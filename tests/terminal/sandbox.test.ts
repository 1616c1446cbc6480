import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLab, until, type Lab } from './fixture.ts';

let lab: Lab;
beforeAll(() => {
  lab = openLab();
});
afterAll(() => lab.close());

test('the candidate is an ordinary user of a host of that name', async () => {
  const { stdout } = await lab.candidate(
    'node01',
    'id -un; id -u; hostname; pwd; echo $HOME $USER $SHELL $LANG; cat /etc/hostname',
  );
  expect(stdout).toBe(
    'candidate\n1000\nnode01\n/home/candidate\n/home/candidate candidate /bin/bash C.UTF-8\nnode01\n',
  );
});

test.runIf(process.getuid?.() === 0)('root and candidate have different rights on the disk', async () => {
  await lab.root(
    'node01',
    'echo secret > /root/key; chmod 600 /root/key; mkdir -p /etc/kubernetes; echo a > /etc/kubernetes/a',
  );
  const { said } = await lab.candidate('node01', 'cat /root/key; echo b > /etc/kubernetes/a');
  expect(said).toMatch(/cat: \/root\/key: Permission denied/);
  expect(said).toMatch(/\/etc\/kubernetes\/a: Permission denied/);
  expect((await lab.candidate('node01', 'cat /etc/kubernetes/a; echo mine > ~/f')).stdout).toBe('a\n');
  expect(
    (await lab.root('node01', 'cat ~candidate/f; echo more >> ~candidate/f; stat -c %U ~candidate/f')).stdout,
  ).toBe('mine\ncandidate\n');
  expect(readFileSync(join(lab.dir, 'node01/etc/kubernetes/a'), 'utf8')).toBe('a\n');
});

test('base has no kubectl, a node has it, with the alias and its completion', async () => {
  const none = await lab.candidate('base', 'kubectl');
  expect([none.exitCode, none.stderr]).toEqual([127, 'bash: line 1: kubectl: command not found\n']);
  const version = await lab.candidate('node01', 'kubectl version --client; helm version --short; yq --version');
  expect(version.stdout).toMatch(/^Client Version: v1\.\d+/);
  const interactive = await lab.hosts.run('node01', {
    account: 'candidate',
    argv: ['bash', '-ic', 'alias k; complete -p k'],
  });
  expect(interactive.stdout).toBe("alias k='kubectl'\ncomplete -o default -F __start_kubectl k\n");
});

test('kubectl is set up on the control plane alone', async () => {
  const configs = 'ls -l ~/.kube/config 2>&1; kubectl config current-context 2>&1';
  expect((await lab.candidate('controlplane', configs)).stdout).toMatch(/^-rw------- 1 candidate [^]*\nfake\n$/);
  expect((await lab.root('node01', configs)).stdout).toBe(
    "ls: cannot access '/root/.kube/config': No such file or directory\nerror: current-context is not set\n",
  );
});

test('exit status, signals and missing commands are passed on', async () => {
  expect((await lab.candidate('node01', 'exit 7')).exitCode).toBe(7);
  expect((await lab.candidate('node01', 'kill -9 $$')).exitCode).toBe(137);
  const missing = await lab.hosts.run('node01', { account: 'root', argv: ['no-such-command'] });
  expect([missing.exitCode, missing.stderr]).toEqual([127, 'bash: no-such-command: command not found\n']);
  const echoed = await lab.candidate('node01', 'cat; echo err >&2', 'a\u0000b안녕');
  expect([echoed.stdout, echoed.stderr]).toEqual(['a\u0000b안녕', 'err\n']);
  await expect(lab.hosts.run('nowhere', { account: 'root', argv: ['true'] })).rejects.toThrow(
    'there is no host "nowhere"',
  );
});

test('nothing of the real machine is there but its programs', async () => {
  const { stdout } = await lab.root(
    'node01',
    'ls /; ls /home; ls -A /run; cat /etc/passwd | wc -l; env | cut -d= -f1 | sort | tr "\\n" " "',
  );
  expect(stdout).toBe(
    'bin\ndev\netc\nhome\nlib\nlib64\nmnt\nopt\nproc\nroot\nrun\nsbin\nsrv\ntmp\nusr\nvar\ncandidate\ndrydock\nwithout\n6\nHOME LANG LOGNAME PATH PWD SHELL SHLVL TERM USER _ ',
  );
  const processes = (await lab.root('node01', 'ps -eo args')).stdout;
  expect(processes).not.toContain(lab.dir);
  expect(processes).not.toContain('vitest');
});

test('its root has no power over the real machine', async () => {
  const attempts = [
    'chmod 000 /dev/null',
    'echo x > /usr/bin/evil',
    'echo x > /proc/sys/kernel/core_pattern',
    'echo b > /proc/sysrq-trigger',
    'mount -t tmpfs none /mnt',
    'umount /usr',
    'unshare --user --map-root-user true',
    'unshare --mount true',
    'chroot / true',
    'mknod /tmp/disk b 8 0',
    'ip link set lo down',
    'date -s 2030-01-01',
    'hostname other',
    'strace -f true',
    'cat /proc/kcore',
    'cat /proc/1/root/run/drydock/../../etc/shadow > /dev/null; ls /proc/1/cwd/oldroot',
    'nice -n -5 true; renice -n -5 -p 1',
    'echo x > /run/drydock/init',
    'swapoff -a; reboot -f',
  ];
  for (const line of attempts) {
    const { exitCode } = await lab.root('node01', `{ ${line}; } 2>/dev/null`);
    expect([line, exitCode === 0]).toEqual([line, false]);
  }
  expect(statSync('/dev/null').mode & 0o777).toBe(0o666);
  const { stdout } = await lab.root('node01', "grep -E '^(NoNewPrivs|Seccomp|CapEff):' /proc/self/status");
  expect(stdout).toBe('CapEff:\t00000000000004fb\nNoNewPrivs:\t1\nSeccomp:\t2\n');
  expect((await lab.candidate('node01', 'grep CapBnd /proc/self/status')).stdout).toBe('CapBnd:\t0000000000000000\n');
});

test('processes of the real machine can be neither seen nor signalled', async () => {
  const own = process.pid;
  await lab.root('node01', `kill -9 ${own}; kill -9 -- -1`);
  expect(process.kill(own, 0)).toBe(true);
  // The host itself has gone down with it, and comes back with its disk.
  await until(
    'the host is back',
    async () => (await lab.root('node01', 'true').catch(() => undefined))?.exitCode === 0,
  );
});

test('a host whose processes have just ended starts again for the next command', async () => {
  // What the test above has ended may still answer `true` while it goes down: only what wrote the file was a standing host.
  do {
    const { file, args, env } = await lab.hosts.invocation('node01', {
      account: 'root',
      argv: ['bash', '-c', 'echo kept > /root/kept; kill -9 -- -1'],
    });
    const ended = args.find((arg) => arg.startsWith('pid='))?.slice('pid='.length);
    // All in one turn: nobody can have told the server that the host has gone.
    spawnSync(file, args, { env: env as NodeJS.ProcessEnv });
    while (existsSync(`/proc/${ended}/ns/pid`)) spawnSync('true');
  } while (!existsSync(join(lab.dir, 'node01/root/kept')));
  const { said } = await lab.root('node01', 'cat /root/kept');
  expect(said).toBe('kept\n');
});

test('a network of its own: nothing beyond the simulated one', async () => {
  const { stdout } = await lab.candidate(
    'base',
    'cat /proc/net/dev | tail -n +3 | cut -d: -f1; curl -sS -m 2 http://1.1.1.1 2>&1; curl -s -m 2 http://127.0.0.1:22; echo $?',
  );
  expect(stdout).toMatch(/^\s*lo\ncurl: \(7\) .*\n7\n$/);
});

test('links on the disk lead neither a mount nor a file of the next start out of it', async () => {
  const outside = join(lab.dir, 'outside');
  mkdirSync(outside);
  await lab.root(
    'node01',
    'mv /etc /etc.old && ln -s /oldroot/etc /etc; rm -rf /root /opt; ln -s /oldroot/tmp /root; ln -s /oldroot/tmp /opt',
  );
  await lab.hosts.dispose();
  const disk = join(lab.dir, 'node01');
  rmSync(join(disk, 'run'), { recursive: true });
  symlinkSync(outside, join(disk, 'run'));
  const again = openLab({}, lab.dir);
  expect((await again.root('node01', 'ls -A /etc | head -3')).stdout).toContain('alternatives');
  await again.hosts.dispose();
  expect(readdirSync(outside)).toEqual([]);
});
