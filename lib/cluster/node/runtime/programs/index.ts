import type { Program } from '../process.ts';
import * as files from './files.ts';
import * as net from './network.ts';
import { shellProgram } from './sh.ts';
import * as system from './system.ts';
import { tar } from './tar.ts';
import { TEXT_COMMANDS, textCommand } from './text.ts';

const SYSTEM: Record<string, Program> = {
  '[': system.test, date: system.date, df: system.df, echo: system.echo, env: system.env, false: system.yesNo.false, free: system.free,
  hostname: system.hostname, id: system.id, kill: system.kill, killall: system.killall, mount: system.mount, nproc: system.nproc,
  pidof: system.pidof, printenv: system.printenv, printf: system.printf, ps: system.ps, pwd: system.pwd, sleep: system.sleep,
  test: system.test, timeout: system.timeout, top: system.top, true: system.yesNo.true, uname: system.uname, uptime: system.uptime,
  which: system.which, whoami: system.whoami, yes: system.yes,
}; // prettier-ignore

const FILES: Record<string, Program> = {
  cat: files.cat, chmod: files.chmod, chown: files.chown, cp: files.cp, dd: files.dd, dirname: files.dirname, ln: files.ln, ls: files.ls,
  mkdir: files.mkdir, mv: files.mv, readlink: files.readlink, rm: files.rm, rmdir: files.rmdir, stat: files.stat, tail: files.tail,
  tar, touch: files.touch,
}; // prettier-ignore

const NETWORK: Record<string, Program> = {
  ip: net.ip,
  nc: net.nc,
  netstat: net.netstat,
  nslookup: net.nslookup,
  ping: net.ping,
  wget: net.wget,
};

/** What every Linux userland has, in /bin: shell, files, text. */
export function userland(options: { bash: boolean; network: boolean }): Map<string, Program> {
  const programs = new Map<string, Program>([['/bin/sh', shellProgram(options.bash)]]);
  if (options.bash) programs.set('/bin/bash', shellProgram(true));
  for (const [name, program] of Object.entries({ ...SYSTEM, ...FILES, ...(options.network ? NETWORK : {}) }))
    programs.set(`/bin/${name}`, program);
  for (const name of TEXT_COMMANDS) programs.set(`/bin/${name}`, textCommand(name));
  return programs;
}
