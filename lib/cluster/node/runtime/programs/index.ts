import type { Program } from '../process.ts';
import { dd } from './dd.ts';
import * as files from './files.ts';
import { hexdump } from './hexdump.ts';
import { httpd } from './httpd.ts';
import { ip, netstat } from './interfaces.ts';
import { ls } from './ls.ts';
import { chmod, chown } from './modes.ts';
import { nc } from './nc.ts';
import { nslookup } from './nslookup.ts';
import { ping } from './ping.ts';
import { shellProgram } from './sh.ts';
import { sort } from './sort.ts';
import { stat } from './stat.ts';
import * as system from './system.ts';
import { tail } from './tail.ts';
import { tar } from './tar.ts';
import { TEXT_COMMANDS, textCommand } from './text.ts';
import { wget } from './wget.ts';

const SYSTEM: Record<string, Program> = {
  '[': system.test, date: system.date, df: system.df, echo: system.echo, env: system.env, false: system.yesNo.false, free: system.free,
  hostname: system.hostname, id: system.id, kill: system.kill, killall: system.killall, mount: system.mount, nproc: system.nproc,
  pidof: system.pidof, printenv: system.printenv, printf: system.printf, ps: system.ps, pwd: system.pwd, sleep: system.sleep,
  test: system.test, timeout: system.timeout, top: system.top, true: system.yesNo.true, uname: system.uname, uptime: system.uptime,
  which: system.which, whoami: system.whoami, yes: system.yes,
}; // prettier-ignore

const FILES: Record<string, Program> = {
  cat: files.cat, chmod, chown, cp: files.cp, dd, dirname: files.dirname, hexdump, ln: files.ln, ls, mkdir: files.mkdir, mv: files.mv,
  readlink: files.readlink, rm: files.rm, rmdir: files.rmdir, sort, stat, tail, tar, touch: files.touch,
}; // prettier-ignore

const NETWORK: Record<string, Program> = { httpd, ip, nc, netstat, nslookup, ping, wget };

/** What every Linux userland has, in /bin: shell, files, text. */
export function userland(options: { bash: boolean; network: boolean }): Map<string, Program> {
  const programs = new Map<string, Program>([['/bin/sh', shellProgram(options.bash)]]);
  if (options.bash) programs.set('/bin/bash', shellProgram(true));
  for (const [name, program] of Object.entries({ ...SYSTEM, ...FILES, ...(options.network ? NETWORK : {}) }))
    programs.set(`/bin/${name}`, program);
  for (const name of TEXT_COMMANDS) programs.set(`/bin/${name}`, textCommand(name));
  return programs;
}
