import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLab, type Lab } from './fixture.ts';

let lab: Lab;
beforeAll(() => {
  lab = openLab();
});
afterAll(() => lab.close());

test('a node tool is told how it was called', async () => {
  const { stdout, stderr, exitCode } = await lab.root(
    'node01',
    `cd /var/log; crictl ps -a 'two words' '' "$(printf 'a\\nb')"`,
  );
  expect([stdout, stderr, exitCode]).toEqual(['crictl|ps|-a|two words||a\nb in /var/log by 0 of /root\n', 'said\n', 5]);
  expect((await lab.candidate('node01', 'crictl ps')).stdout).toBe(
    'crictl|ps in /home/candidate by 1000 of /home/candidate\n',
  );
});

test('its streams are exact, and a reader that stops ends it', async () => {
  const bytes = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i))
    .join('')
    .repeat(400);
  const { stdout, exitCode } = await lab.candidate('node01', 'crictl echo', bytes);
  expect([stdout === bytes, exitCode]).toEqual([true, 3]);
  expect((await lab.candidate('node01', 'crictl flood | wc -c')).stdout).toBe('8000000\n');
  expect((await lab.candidate('node01', 'crictl flood | head -c 5; echo " ${PIPESTATUS[*]}"')).stdout).toBe(
    'xxxxx 141 0\n',
  );
});

test('a signal reaches it', async () => {
  expect((await lab.candidate('node01', 'timeout -s INT 0.3 crictl wait; echo $?')).stdout).toBe('124\n');
});

test('sudo', async () => {
  const { stdout } = await lab.candidate(
    'node01',
    'cd /tmp; sudo id -un; sudo pwd; sudo -i pwd; echo in | sudo tee /etc/made; sudo -u candidate id -un; A=1 sudo env | grep -c ^A=; sudo A=2 env | grep ^A=; A=3 sudo -E env | grep ^A=; sudo sh -c \'exit 9\'; echo $?; sudo crictl ps; sudo -i; sudo su - -c "id -un; pwd"',
  );
  expect(stdout).toBe(
    'root\n/tmp\n/root\nin\ncandidate\n0\nA=2\nA=3\n9\ncrictl|ps in /tmp by 0 of /root\nroot\n/root\n',
  );
  const missing = await lab.candidate('node01', 'sudo nope; sudo -u nobody id; su -');
  expect(missing.said).toBe(
    'sudo: nope: command not found\nsudo: unknown user nobody\nsudo: error initializing audit plugin sudoers_audit\nPassword: \nsu: Authentication failure\n',
  );
});

test('ssh leads from base to a host and nowhere else', async () => {
  const { stdout, stderr } = await lab.candidate(
    'base',
    'ssh node01 hostname; echo piped | ssh candidate@node01 "cat; exit 4"; echo $?; ssh -o StrictHostKeyChecking=no node01 sudo id -un; ssh node01 ssh controlplane; ssh node01 < /dev/null; ssh nope; ssh root@node01; ssh base; echo $?',
  );
  expect(stdout).toBe('node01\npiped\n4\nroot\n255\n');
  expect(stderr).toBe(
    'candidate@controlplane: Permission denied (publickey).\nssh: Could not resolve hostname nope: Name or service not known\nroot@node01: Permission denied (publickey).\nssh: connect to host base port 22: Connection refused\n',
  );
});
