import { isAccount, type Account } from './host.ts';
import type { HostCommand } from './machine.ts';

/** What a user meant by `ssh …`, `sudo …` or `su …`; or what the real program would print instead. */
export type Wish =
  | {
      kind: 'command';
      host?: string;
      command: HostCommand;
      terminal: 'wanted' | 'refused' | 'as-caller';
      login: boolean;
    }
  | { kind: 'refusal'; message: string; status: number };

const refusal = (message: string, status: number): Wish => ({ kind: 'refusal', message, status });

/** Options of ssh that take a value. */
const SSH_VALUES = 'BbcDEeFIiJLlmOopQRSWw';

/** `ssh [options] [user@]host [command]`, as far as an exam uses it. */
export function parseSsh(args: readonly string[]): Wish {
  let user: string | undefined;
  let terminal: 'wanted' | 'refused' | undefined;
  let at = 0;
  let target: string | undefined;
  // Options may stand on both sides of the host's name.
  for (; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--' && target === undefined) continue;
    if (!arg.startsWith('-') || arg === '-') {
      if (target !== undefined) break;
      target = arg;
      continue;
    }
    const letter = arg[1] ?? '';
    if (letter === 't') terminal = 'wanted';
    if (letter === 'T') terminal = 'refused';
    if (letter === 'V') return refusal('OpenSSH_9.2p1 Debian-2+deb12u7, OpenSSL 3.0.17\n', 0);
    if (SSH_VALUES.includes(letter)) {
      const value = arg.length > 2 ? arg.slice(2) : args[++at];
      if (letter === 'l') user = value;
    }
  }
  if (target === undefined)
    return refusal(
      'usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] [-l login_name] [-p port] destination [command [argument ...]]\n',
      255,
    );
  target = target.replace(/^ssh:\/\//, '');
  const cut = target.lastIndexOf('@');
  const host = cut < 0 ? target : target.slice(cut + 1);
  user ??= cut < 0 ? 'candidate' : target.slice(0, cut);
  const remote = args.slice(at);
  const name = user;
  if (name !== 'candidate') return refusal(`${name}@${host}: Permission denied (publickey).\n`, 255);
  return {
    kind: 'command',
    host,
    command: { account: 'candidate', argv: remote.length > 0 ? ['bash', '-c', remote.join(' ')] : ['bash', '-l'] },
    terminal: terminal ?? (remote.length > 0 ? 'refused' : 'as-caller'),
    login: remote.length === 0,
  };
}

/** Says what the real sudo says when a program is missing; otherwise becomes the program. */
const SUDO_EXEC =
  'type -P -- "$0" >/dev/null || { echo "sudo: $0: command not found" >&2; exit 1; }; exec -- "$0" "$@"';

const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

export interface Caller {
  uid: number;
  cwd: string;
  env: Readonly<Record<string, string>>;
}

const accountOfUid = (uid: number): Account => (uid === 0 ? 'root' : 'candidate');

/** `sudo [-EHins] [-u user] [VAR=value …] [command]`; the candidate may do everything without a password. */
export function parseSudo(args: readonly string[], caller: Caller): Wish {
  let account = 'root';
  let loginShell = false;
  let shell = false;
  let keep = false;
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      at++;
      break;
    }
    if (!arg.startsWith('-')) break;
    const [long, value] = arg.startsWith('--') ? arg.slice(2).split('=', 2) : [];
    if (long === 'user' || (long === undefined && /^-[A-Za-z]*u$/.test(arg))) account = value ?? args[++at] ?? '';
    else if (long === undefined && /^-u./.test(arg)) account = arg.slice(2);
    if (long === 'login' || /^-[A-Za-z]*i/.test(arg)) loginShell = true;
    if (long === 'shell' || /^-[A-Za-z]*s/.test(arg)) shell = true;
    if (long?.startsWith('preserve-env') || /^-[A-Za-z]*E/.test(arg)) keep = true;
    if (long === 'validate' || long === 'reset-timestamp' || /^-[vkK]$/.test(arg)) return refusal('', 0);
    if (long === 'list' || arg === '-l')
      return refusal('User candidate may run the following commands on this host:\n    (ALL : ALL) NOPASSWD: ALL\n', 0);
    if (/^-[gCDhpRTU]$/.test(arg)) at++;
  }
  const assigned: Record<string, string> = {};
  for (; /^[A-Za-z_]\w*=/.test(args[at] ?? ''); at++) {
    const pair = args[at] ?? '';
    assigned[pair.slice(0, pair.indexOf('='))] = pair.slice(pair.indexOf('=') + 1);
  }
  if (!isAccount(account))
    return refusal(`sudo: unknown user ${account}\nsudo: error initializing audit plugin sudoers_audit\n`, 1);
  const words = args.slice(at);
  if (words.length === 0 && !loginShell && !shell)
    return refusal(
      'usage: sudo -h | -K | -k | -V\nusage: sudo [-EHins] [-u user] [VAR=value] [-i | -s] [command [arg ...]]\n',
      1,
    );
  const line = words.map(quoted).join(' ');
  const shellArgs = words.length > 0 ? ['-c', line] : [];
  const argv = loginShell
    ? ['bash', '-l', ...shellArgs]
    : shell
      ? ['bash', ...shellArgs]
      : ['bash', '-c', SUDO_EXEC, ...words];
  const { HOME: _home, USER: _user, LOGNAME: _logname, PATH: _path, PWD: _pwd, SHELL: _shell, ...kept } = caller.env;
  const env = {
    ...(keep ? kept : {}),
    SUDO_USER: accountOfUid(caller.uid),
    SUDO_UID: String(caller.uid),
    SUDO_COMMAND: words.length > 0 ? line : '/bin/bash',
    ...assigned,
  };
  const command: HostCommand = { account, argv, env, ...(loginShell ? {} : { cwd: caller.cwd }) };
  return { kind: 'command', command, terminal: 'as-caller', login: false };
}

/** `su [-] [user] [-c command]`: root needs no password, and nobody else has one. */
export function parseSu(args: readonly string[], caller: Caller): Wish {
  let account: string | undefined;
  let login = false;
  let line: string | undefined;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '-' || arg === '-l' || arg === '--login') login = true;
    else if (arg === '-c' || arg === '--command') line = args[++at];
    else if (!arg.startsWith('-')) account ??= arg;
  }
  account ??= 'root';
  if (!isAccount(account))
    return refusal(
      `su: user ${account} does not exist or the user entry does not contain all the required fields\n`,
      1,
    );
  if (caller.uid !== 0) return refusal('Password: \nsu: Authentication failure\n', 1);
  const argv = ['bash', ...(login ? ['-l'] : []), ...(line === undefined ? [] : ['-c', line])];
  return {
    kind: 'command',
    command: { account, argv, ...(login ? {} : { cwd: caller.cwd }) },
    terminal: 'as-caller',
    login: false,
  };
}
