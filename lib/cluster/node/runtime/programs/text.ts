import type { IFileSystem } from 'just-bash';
import { BashFiles } from './bash-files.ts';
import type { Program } from '../process.ts';

/** Commands over text and files that just-bash knows: they read all of their input, and then write. */
export const TEXT_COMMANDS = [
  'awk', 'base64', 'basename', 'column', 'comm', 'cut', 'diff', 'du', 'egrep', 'expr', 'fgrep', 'find', 'fold', 'grep', 'gunzip',
  'gzip', 'head', 'join', 'jq', 'md5sum', 'nl', 'od', 'paste', 'rev', 'sed', 'seq', 'sha1sum', 'sha256sum', 'split', 'strings',
  'tac', 'tee', 'tr', 'tree', 'uniq', 'wc', 'xargs', 'zcat',
] as const; // prettier-ignore

/** Effectively none: a simulated program may take what it needs, and yields to others by itself. */
const LIMITS = { maxCommandCount: 1e9, maxLoopIterations: 1e9, maxWorkUnits: 1e9 };

/** A program that is one of just-bash's commands. */
export function textCommand(name: (typeof TEXT_COMMANDS)[number]): Program {
  return async (p, given) => {
    const args = name === 'grep' || name === 'egrep' ? joinPatterns(given, name === 'egrep') : given;
    const { activity } = p.world.node;
    const { Bash } = await p.wait(activity.track(import('just-bash')));
    const reads = !(
      name === 'find' ||
      name === 'du' ||
      name === 'tree' ||
      name === 'seq' ||
      name === 'expr' ||
      name === 'basename'
    );
    const input = reads && needsInput(name, args) ? await p.readAll() : new Uint8Array();
    const fs: IFileSystem = new BashFiles(p.fs);
    const bash = new Bash({
      fs,
      cwd: p.cwd,
      commands: [name, ...(name === 'xargs' || name === 'find' ? HELPERS : [])],
      executionLimits: LIMITS,
      defenseInDepth: false,
    });
    const result = await p.wait(
      activity.track(
        bash.exec(name, {
          args: [...args],
          env: Object.fromEntries(p.env),
          replaceEnv: true,
          cwd: p.cwd,
          stdin: Buffer.from(input).toString('latin1'),
          stdinKind: 'bytes',
          signal: p.signal,
        }),
      ),
    );
    const binary = result.stdoutKind === 'bytes' || result.stdoutEncoding === 'binary';
    if (result.stdout) await p.print(Buffer.from(result.stdout, binary ? 'latin1' : 'utf8'));
    if (result.stderr) await p.warn(result.stderr);
    return result.exitCode;
  };
}

/** grep's patterns of several `-e` as the one that just-bash takes. */
function joinPatterns(args: readonly string[], extended: boolean): string[] {
  const patterns: string[] = [];
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '-e') patterns.push(args[++i] ?? '');
    else rest.push(args[i] ?? '');
  }
  if (patterns.length === 0) return [...args];
  const alternatives = extended || rest.some((a) => /^-\w*E/.test(a)) ? '|' : '\\|';
  return ['-e', patterns.join(alternatives), ...rest];
}

const HELPERS = [
  'echo',
  'grep',
  'cat',
  'rm',
  'ls',
  'basename',
  'wc',
  'sed',
  'head',
  'tail',
  'chmod',
  'mv',
  'cp',
  'printf',
  'md5sum',
] as const;

/** Whether a command reads its standard input: not when it is given files. */
function needsInput(name: string, args: readonly string[]): boolean {
  const operands = args.filter((a) => !a.startsWith('-')).length;
  const first = ['awk', 'sed', 'grep', 'egrep', 'fgrep', 'jq'].includes(name) ? 1 : 0;
  if (name === 'tr' || name === 'tee' || name === 'xargs' || args.includes('-')) return true;
  return operands <= first || ['head', 'cut', 'fold', 'nl', 'od', 'paste', 'split', 'column', 'grep'].includes(name)
    ? operands <= first + 1
    : false;
}
