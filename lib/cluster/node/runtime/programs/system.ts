import { findProgram } from '../find-program.ts';
import type { Process, Program } from '../process.ts';
import { echo as echoText, printf as printfText } from '../shell/printf.ts';
import { test as testExpression } from '../shell/test-expression.ts';
import { signalName } from '../signals.ts';
import { findName, ownerName } from './users.ts';
import { options } from './options.ts';

export const sleep: Program = async (p, args) => {
  let total = 0;
  if (args.length === 0) {
    await p.warn('BusyBox v1.36.1 () multi-call binary.\n\nUsage: sleep [N]...\n');
    return 1;
  }
  for (const arg of args) {
    const [, number, unit = 's'] = /^(\d+(?:\.\d+)?|\.\d+|infinity|inf)([smhd]?)$/.exec(arg) ?? [];
    if (number === undefined) {
      await p.warn(`sleep: invalid number '${arg}'\n`);
      return 1;
    }
    total += number.startsWith('inf')
      ? Infinity
      : Number(number) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[unit || 's'] ?? 1);
  }
  if (total === Infinity) return p.forever();
  await p.sleep(total * 1000);
  return 0;
};

export const echo: Program = async (p, args) => {
  await p.print(echoText(args));
  return 0;
};

export const printf: Program = async (p, args) => {
  const { out, error } = printfText(args[0] ?? '', args.slice(1));
  await p.print(out);
  if (error) await p.warn(`${error}\n`);
  return error ? 1 : 0;
};

export const test: Program = async (p, args) => {
  const name = p.argv[0]?.split('/').at(-1) ?? 'test';
  const { status, error } = testExpression(name === '[' ? args.slice(0, -1) : args, p);
  if (error) await p.warn(`${name}: ${error}\n`);
  return status;
};

/** Runs a command in the foreground and answers its status: for programs that run others. */
export async function runCommand(
  p: Process,
  argv: readonly string[],
  env: ReadonlyMap<string, string> = p.env,
): Promise<number> {
  const found = findProgram(p.world, p.fs, argv, p.cwd, env.get('PATH'));
  if ('error' in found) {
    await p.warn(
      `${p.argv[0]?.split('/').at(-1)}: can't execute '${argv[0]}': ${found.code === 127 ? 'No such file or directory' : 'Permission denied'}\n`,
    );
    return found.code;
  }
  const child = p.spawn(found.program, { argv: found.argv, env });
  for (const signal of ['TERM', 'INT', 'HUP'] as const) p.on(signal, () => child.kill(signal, true));
  return (await p.wait(child.exited)).code;
}

export const env: Program = async (p, args) => {
  const result = new Map(p.env);
  let i = 0;
  for (; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '-i' || arg === '-') result.clear();
    else if (arg === '-u') result.delete(args[++i] ?? '');
    else if (arg.includes('=')) result.set(arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1));
    else break;
  }
  if (i < args.length) return runCommand(p, args.slice(i), result);
  await p.print([...result].map(([k, v]) => `${k}=${v}\n`).join(''));
  return 0;
};

export const printenv: Program = async (p, args) => {
  if (args.length === 0) return env(p, []);
  let status = 0;
  for (const name of args) {
    const value = p.env.get(name);
    if (value === undefined) status = 1;
    else await p.print(`${value}\n`);
  }
  return status;
};

export const id: Program = async (p, args) => {
  const { uid, gid, groups } = p.fs.identity;
  const { flags } = options(args);
  const all = [...new Set([gid, ...groups])].sort((a, b) => a - b);
  if (flags.has('u')) await p.print(`${flags.has('n') ? ownerName(p.fs, uid) : uid}\n`);
  else if (flags.has('g')) await p.print(`${flags.has('n') ? ownerName(p.fs, gid, '/etc/group') : gid}\n`);
  else if (flags.has('G')) await p.print(`${all.join(' ')}\n`);
  else {
    const named = (n: number, file: string) => {
      const name = findName(p.fs, n, file);
      return name ? `${n}(${name})` : String(n);
    };
    const groupList = all.length > 0 ? ` groups=${all.map((g) => named(g, '/etc/group')).join(',')}` : '';
    await p.print(`uid=${named(uid, '/etc/passwd')} gid=${named(gid, '/etc/group')}${groupList}\n`);
  }
  return 0;
};

export const whoami: Program = async (p) => {
  const name = findName(p.fs, p.fs.identity.uid);
  if (name) await p.print(`${name}\n`);
  else await p.warn(`whoami: unknown uid ${p.fs.identity.uid}\n`);
  return name ? 0 : 1;
};

export const hostname: Program = async (p, args) => {
  const { hostname: name, net } = p.world;
  const line = () =>
    p.fs
      .readText('/etc/hosts')
      .split('\n')
      .find((l) => l.split(/\s+/)[0] === net.ip);
  if (args.includes('-i')) await p.print(`${net.ip}\n`);
  else if (args.includes('-f')) await p.print(`${line()?.split(/\s+/)[1] ?? name}\n`);
  else if (args.includes('-d')) await p.print(`${line()?.split(/\s+/)[1]?.split('.').slice(1).join('.') ?? ''}\n`);
  else await p.print(`${args.includes('-s') ? name.split('.')[0] : name}\n`);
  return 0;
};

export const ps: Program = async (p) => {
  const rows = p.world.processes.list().sort((a, b) => a.pid - b.pid);
  const text = rows.map(
    (r) => `${String(r.pid).padStart(5)} ${ownerName(r.fs, r.fs.identity.uid).padEnd(8)}  0:00 ${r.argv.join(' ')}\n`,
  );
  await p.print(`PID   USER     TIME  COMMAND\n${text.join('')}`);
  return 0;
};

export const kill: Program = async (p, args) => {
  let signal = signalName('TERM');
  let status = 0;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '-s') signal = signalName(args[++i] ?? '');
    else if (arg.startsWith('-')) signal = arg === '-0' ? undefined : signalName(arg.slice(1));
    else {
      const target = p.world.processes.get(Number(arg));
      if (target && signal) target.kill(signal);
      else if (!target) {
        await p.warn(`kill: can't kill pid ${arg}: No such process\n`);
        status = 1;
      }
    }
  }
  return status;
};

export const killall: Program = async (p, args) => {
  const { operands, flags } = options(args);
  const signal = [...flags].map((f) => signalName(f)).find(Boolean) ?? 'TERM';
  let status = 0;
  for (const name of operands) {
    const found = p.world.processes.list().filter((q) => q !== p && q.argv[0]?.split('/').at(-1) === name);
    for (const q of found) q.kill(signal);
    if (found.length === 0) {
      await p.warn(`killall: ${name}: no process killed\n`);
      status = 1;
    }
  }
  return status;
};

export const pidof: Program = async (p, args) => {
  const found = p.world.processes.list().filter((q) => q.argv[0]?.split('/').at(-1) === args[0]);
  if (found.length) await p.print(`${found.map((q) => q.pid).join(' ')}\n`);
  return found.length ? 0 : 1;
};

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export const date: Program = async (p, args) => {
  const now = new Date(p.world.clock.now());
  const two = (n: number) => String(n).padStart(2, '0');
  const day = DAYS[now.getUTCDay()] ?? '';
  const month = MONTHS[now.getUTCMonth()] ?? '';
  const time = `${two(now.getUTCHours())}:${two(now.getUTCMinutes())}:${two(now.getUTCSeconds())}`;
  const fields: Record<string, string> = {
    Y: String(now.getUTCFullYear()), m: two(now.getUTCMonth() + 1), d: two(now.getUTCDate()), H: two(now.getUTCHours()),
    M: two(now.getUTCMinutes()), S: two(now.getUTCSeconds()), s: String(Math.floor(now.getTime() / 1000)),
    N: String((now.getTime() % 1000) * 1_000_000).padStart(9, '0'), F: now.toISOString().slice(0, 10), T: time, R: time.slice(0, 5),
    D: `${two(now.getUTCMonth() + 1)}/${two(now.getUTCDate())}/${String(now.getUTCFullYear()).slice(2)}`, a: day, b: month, e: String(now.getUTCDate()).padStart(2),
    Z: 'UTC', z: '+0000', n: '\n', t: '\t', '%': '%', y: String(now.getUTCFullYear()).slice(2), j: '001', u: String(now.getUTCDay() || 7), I: two(now.getUTCHours() % 12 || 12), p: now.getUTCHours() < 12 ? 'AM' : 'PM', A: day, B: month,
    c: `${day} ${month} ${String(now.getUTCDate()).padStart(2)} ${time} ${now.getUTCFullYear()}`, x: '', X: time,
  }; // prettier-ignore
  const format = args.find((a) => a.startsWith('+'));
  if (args.some((a) => a.startsWith('-I'))) await p.print(`${now.toISOString().slice(0, 19)}+00:00\n`);
  else if (format) await p.print(`${format.slice(1).replace(/%(.)/g, (whole, c: string) => fields[c] ?? whole)}\n`);
  else await p.print(`${day} ${month} ${String(now.getUTCDate()).padStart(2)} ${time} UTC ${now.getUTCFullYear()}\n`);
  return 0;
};

export const uname: Program = async (p, args) => {
  const { flags } = options(args);
  const parts: [string, string][] = [
    ['s', 'Linux'],
    ['n', p.world.hostname],
    ['r', '6.12.63'],
    ['v', '#1 SMP PREEMPT_DYNAMIC'],
    ['m', 'x86_64'],
    ['o', 'GNU/Linux'],
  ];
  const all = flags.has('a');
  const wanted = flags.size === 0 ? ['s'] : [...flags];
  await p.print(
    `${parts
      .filter(([f]) => all || wanted.includes(f))
      .map(([, v]) => v)
      .join(' ')}\n`,
  );
  return 0;
};

export const uptime: Program = async (p) => {
  await p.print(
    ` ${new Date(p.world.clock.now()).toISOString().slice(11, 19)} up 1 day,  2:14,  0 users,  load average: 0.08, 0.12, 0.09\n`,
  );
  return 0;
};

export const mount: Program = async (p) => {
  await p.print(
    p.fs.mounts
      .map(
        (m) =>
          `${m.fsType === 'ext4' ? '/dev/vda1' : m.fsType} on ${m.path} type ${m.fsType} (${m.readOnly ? 'ro' : 'rw'},relatime)\n`,
      )
      .join(''),
  );
  return 0;
};

const units = (bytes: number) =>
  bytes === 0 ? '0' : bytes >= 1024 ** 3 ? `${(bytes / 1024 ** 3).toFixed(1)}G` : `${(bytes / 1024 ** 2).toFixed(1)}M`;

export const df: Program = async (p, args) => {
  const { flags, operands } = options(args);
  const human = flags.has('h');
  const show = (bytes: number) => (human ? units(bytes) : String(Math.round(bytes / 1024)));
  const wanted = operands.map(
    (o) =>
      p.fs.mounts
        .filter((m) => o === m.path || o.startsWith(`${m.path}/`) || m.path === '/')
        .sort((a, b) => b.path.length - a.path.length)[0],
  );
  const rows = (operands.length ? wanted : p.fs.mounts).flatMap((m) => {
    if (!m) return [];
    const tree = m.tree as { capacity?: number; used?: () => number };
    const size = tree.capacity ?? 264_212_084 * 1024;
    const used = tree.capacity === undefined ? Math.round(size * 0.07) : (tree.used?.() ?? 0);
    const name = m.fsType === 'ext4' ? '/dev/vda1' : m.fsType;
    return [
      `${name.padEnd(20)} ${show(size).padStart(9)} ${show(used).padStart(9)} ${show(size - used).padStart(9)} ${String(Math.round((used / size) * 100)).padStart(3)}% ${m.path}\n`,
    ];
  });
  await p.print(
    `Filesystem           ${human ? '     Size' : '1K-blocks'}      Used Available Use% Mounted on\n${rows.join('')}`,
  );
  return 0;
};

export const free: Program = async (p, args) => {
  const unit = args.includes('-m') ? 1024 : args.includes('-g') ? 1024 ** 2 : 1;
  const n = (kib: number) => String(Math.round(kib / unit)).padStart(12);
  await p.print(
    `              total        used        free      shared  buff/cache   available\nMem:   ${n(24_684_084)}${n(3_100_000)}${n(14_900_000)}${n(12_000)}${n(6_684_084)}${n(21_000_000)}\nSwap:  ${n(0)}${n(0)}${n(0)}\n`,
  );
  return 0;
};

export const nproc: Program = async (p) => {
  await p.print('2\n');
  return 0;
};

export const top: Program = async (p, args) => {
  do {
    await p.print(
      'Mem: 3100000K used, 21584084K free, 12000K shrd, 120000K buff, 1400000K cached\nCPU:   1% usr   0% sys   0% nic  98% idle   0% io   0% irq   0% sirq\n  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND\n',
    );
    for (const q of p.world.processes.list())
      await p.print(
        `${String(q.pid).padStart(5)} ${String(q.parent?.pid ?? 0).padStart(5)} ${ownerName(q.fs, q.fs.identity.uid).padEnd(8)} S     1312   0%   0   0% ${q.argv.join(' ')}\n`,
      );
    if (args.some((a) => a.includes('b')) && args.some((a) => /n/.test(a))) return 0;
    await p.sleep(5000);
  } while (p.alive);
  return 0;
};

export const yes: Program = async (p, args) => {
  const line = `${args.join(' ') || 'y'}\n`.repeat(512);
  for (;;) {
    await p.print(line);
    await p.sleep(20);
  }
};

export const timeout: Program = async (p, args) => {
  const { values } = options(args[0]?.startsWith('-') ? args.slice(0, 2) : [], 'sk');
  const rest = args[0]?.startsWith('-') ? args.slice(2) : args;
  const [seconds = '0', ...argv] = rest;
  const found = findProgram(p.world, p.fs, argv, p.cwd, p.env.get('PATH'));
  if ('error' in found) return found.code;
  const child = p.spawn(found.program, { argv: found.argv });
  let late = false;
  const timer = p.world.clock.after(Number.parseFloat(seconds) * 1000, () => {
    late = true;
    child.kill(signalName(values.get('s') ?? 'TERM') ?? 'TERM', true);
  });
  const exit = await p.wait(child.exited);
  timer.cancel();
  return late ? (exit.signal === 'KILL' ? 137 : 143) : exit.code;
};

export const which: Program = async (p, args) => {
  let status = 0;
  for (const name of args) {
    const path = (p.env.get('PATH') ?? '')
      .split(':')
      .map((dir) => `${dir}/${name}`)
      .find((file) => p.fs.access(file, 1));
    if (path) await p.print(`${path}\n`);
    else status = 1;
  }
  return status;
};

export const pwd: Program = async (p) => {
  await p.print(`${p.cwd}\n`);
  return 0;
};

export const yesNo = { true: (() => 0) as Program, false: (() => 1) as Program };

/** Ends when told to: what `pause` images and other placeholders run. */
export const untilTold: Program = (p) => {
  for (const signal of ['TERM', 'INT'] as const) p.on(signal, () => p.end({ code: 0, signal: undefined }));
  return p.forever();
};
