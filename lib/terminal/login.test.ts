import { expect, test } from 'vitest';
import { parseSsh, parseSu, parseSudo, type Wish } from './login.ts';

const caller = { uid: 1000, cwd: '/tmp', env: { KUBECONFIG: '/a', HOME: '/home/candidate', PATH: '/evil' } };
const command = (wish: Wish) => (wish.kind === 'command' ? wish : undefined);

test.each([
  [['node01'], 'node01', ['bash', '-l'], 'as-caller'],
  [['candidate@node01', 'ls', '-l'], 'node01', ['bash', '-c', 'ls -l'], 'refused'],
  [['-o', 'StrictHostKeyChecking=no', '-q', 'node01', '-t', 'top'], 'node01', ['bash', '-c', 'top'], 'wanted'],
  [['-lcandidate', '-p22', 'node01'], 'node01', ['bash', '-l'], 'as-caller'],
  [['-T', 'ssh://node01', '--', 'id'], 'node01', ['bash', '-c', 'id'], 'refused'],
])('ssh %j', (args, host, argv, terminal) => {
  expect(command(parseSsh(args))).toMatchObject({ host, terminal, command: { account: 'candidate', argv } });
});

test('ssh lets in nobody but the candidate', () => {
  expect(parseSsh(['root@node01'])).toEqual({
    kind: 'refusal',
    message: 'root@node01: Permission denied (publickey).\n',
    status: 255,
  });
  expect(parseSsh(['-l', 'bob', 'node01'])).toMatchObject({ kind: 'refusal', status: 255 });
  expect(parseSsh([])).toMatchObject({ kind: 'refusal', status: 255 });
});

test.each([
  [['-i'], 'root', ['bash', '-l'], undefined],
  [['-i', 'echo', 'a b'], 'root', ['bash', '-l', '-c', "echo 'a b'"], undefined],
  [['-s'], 'root', ['bash'], '/tmp'],
  [['-u', 'candidate', '--', 'id'], 'candidate', undefined, '/tmp'],
  [['-nEu', 'candidate', 'id'], 'candidate', undefined, '/tmp'],
  [['--user=candidate', 'id'], 'candidate', undefined, '/tmp'],
])('sudo %j', (args, account, argv, cwd) => {
  const wish = command(parseSudo(args, caller));
  expect(wish?.command.account).toBe(account);
  expect(argv ?? wish?.command.argv).toEqual(wish?.command.argv);
  expect(wish?.command.cwd).toBe(cwd);
});

test('sudo starts from a clean environment, keeps it when told to, but never the caller’s path and home', () => {
  expect(command(parseSudo(['X=1', 'id'], caller))?.command.env).toEqual({
    X: '1',
    SUDO_USER: 'candidate',
    SUDO_UID: '1000',
    SUDO_COMMAND: 'id',
  });
  const kept = command(parseSudo(['-E', 'id'], caller))?.command.env;
  expect(kept).toMatchObject({ KUBECONFIG: '/a' });
  expect(kept).not.toHaveProperty('PATH');
  expect(kept).not.toHaveProperty('HOME');
});

test('su is for root', () => {
  expect(parseSu(['-'], caller)).toMatchObject({ kind: 'refusal', status: 1 });
  expect(command(parseSu(['-', 'candidate', '-c', 'id'], { ...caller, uid: 0 }))?.command).toEqual({
    account: 'candidate',
    argv: ['bash', '-l', '-c', 'id'],
  });
});
