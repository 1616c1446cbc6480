import { builtins } from './builtins.ts';
import { expandText, expandWords } from './expand.ts';
import { Return } from './flow.ts';
import type { Io } from './io.ts';
import { runProgram } from './run-program.ts';
import type { Shell } from './shell.ts';
import type { FunctionDefNode, SimpleCommandNode } from './syntax.ts';

/** Runs assignments, an alias, a function, a builtin or a program. */
export async function runSimple(shell: Shell, node: SimpleCommandNode, outer: Io): Promise<void> {
  const scope = shell.scope(outer);
  const words = await expandWords(node.name ? [node.name, ...node.args] : node.args, scope);
  const assignments: [string, string][] = [];
  if (node.assignments.length > 0 && words.length === 0) shell.status = 0;
  for (const { name, value, append } of node.assignments) {
    const text = value ? await expandText(value, scope) : '';
    const whole = append ? (shell.parameter(name) ?? '') + text : text;
    if (words.length === 0) shell.assign(name, whole);
    else assignments.push([name, whole]);
  }
  const [name] = words;
  if (shell.options.has('x') && (name !== undefined || node.assignments.length)) {
    await outer.stderr.write(`+ ${[...assignments.map(([k, v]) => `${k}=${v}`), ...words].join(' ')}\n`);
  }
  const io = await shell.redirected(node.redirections, outer);
  if (!io) return;
  if (name === undefined) {
    if (node.assignments.length === 0) shell.status = 0;
    return;
  }
  const alias = shell.aliases.get(name);
  if (alias !== undefined) {
    await shell.runSource([alias, ...words.slice(1)].join(' '), io);
    return;
  }
  const fn = shell.functions.get(name);
  if (fn) return call(shell, fn, words.slice(1), io);
  const builtin = builtins.get(name);
  if (builtin) {
    for (const [k, v] of assignments) shell.assign(k, v);
    if (name === 'exec') Object.assign(outer, words.length === 1 ? io : {});
    shell.status = await builtin(shell, words.slice(1), io);
    return;
  }
  shell.status = await runProgram(shell, words, io, new Map([...shell.environment(), ...assignments]));
}

async function call(shell: Shell, fn: FunctionDefNode, args: readonly string[], io: Io): Promise<void> {
  const saved = shell.positional;
  shell.positional = args;
  shell.locals.push(new Map());
  try {
    const inner = await shell.redirected(fn.redirections, io);
    if (inner) await shell.runCommand(fn.body, inner);
  } catch (err) {
    if (!(err instanceof Return)) throw err;
    shell.status = err.status;
  } finally {
    shell.positional = saved;
    for (const [name, value] of shell.locals.pop() ?? []) {
      if (value === undefined) shell.variables.delete(name);
      else shell.variables.set(name, value);
    }
  }
}
