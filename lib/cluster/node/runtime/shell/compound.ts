import { evaluate } from './arithmetic.ts';
import { evaluateCondition } from './condition.ts';
import { expandPattern, expandText, expandWords } from './expand.ts';
import { Break, Continue } from './flow.ts';
import type { Io } from './io.ts';
import { matchesPattern } from './pattern.ts';
import type { Shell } from './shell.ts';
import type { CaseNode, CompoundNode, CStyleForNode, ForNode, LoopNode, StatementNode } from './syntax.ts';

/** Runs a command that is made of others: a group, a loop, a choice. */
export async function runCompound(shell: Shell, node: CompoundNode, outer: Io): Promise<void> {
  const io = await shell.redirected(node.redirections, outer);
  if (!io) return;
  switch (node.type) {
    case 'Group':
      return shell.runStatements(node.body, io);
    case 'Subshell': {
      const inner = shell.subshell();
      try {
        shell.status = await inner.runStage({ ...node, type: 'Group', redirections: [] }, io);
      } finally {
        inner.variables.release();
      }
      return;
    }
    case 'If':
      for (const clause of node.clauses) {
        if (await holds(shell, clause.condition, io)) return shell.runStatements(clause.body, io);
      }
      shell.status = 0;
      if (node.elseBody) await shell.runStatements(node.elseBody, io);
      return;
    case 'While':
    case 'Until':
      return whileLoop(shell, node, io);
    case 'For':
      return forLoop(shell, node, io);
    case 'CStyleFor':
      return cStyleFor(shell, node, io);
    case 'Case':
      return caseOf(shell, node, io);
    case 'ArithmeticCommand':
      shell.status = arithmetic(shell, node.expression) !== 0 ? 0 : 1;
      return;
    case 'ConditionalCommand':
      shell.status = (await evaluateCondition(node.expression, shell.scope(io), shell)) ? 0 : 1;
  }
}

function arithmetic(shell: Shell, expression: { expression: Parameters<typeof evaluate>[0] }): number {
  return evaluate(expression.expression, {
    get: (name) => shell.parameter(name) ?? '',
    set: (name, value) => shell.assign(name, value),
  });
}

async function holds(shell: Shell, condition: readonly StatementNode[], io: Io): Promise<boolean> {
  await shell.guarded(() => shell.runStatements(condition, io));
  return shell.status === 0;
}

/** Runs a loop's body; false when the loop is to end. */
async function loopTurn(shell: Shell, body: readonly StatementNode[], io: Io): Promise<boolean> {
  await shell.rest();
  try {
    await shell.runStatements(body, io);
    return true;
  } catch (err) {
    if (!(err instanceof Break) && !(err instanceof Continue)) throw err;
    shell.status = 0;
    if (--err.levels > 0) throw err;
    return err instanceof Continue;
  }
}

async function whileLoop(shell: Shell, node: LoopNode, io: Io): Promise<void> {
  let status = 0;
  while ((await holds(shell, node.condition, io)) === (node.type === 'While')) {
    if (!(await loopTurn(shell, node.body, io))) break;
    status = shell.status;
  }
  shell.status = status;
}

async function forLoop(shell: Shell, node: ForNode, io: Io): Promise<void> {
  const values = node.words ? await expandWords(node.words, shell.scope(io)) : shell.positional;
  shell.status = 0;
  for (const value of values) {
    shell.assign(node.variable, value);
    if (!(await loopTurn(shell, node.body, io))) break;
  }
}

async function cStyleFor(shell: Shell, node: CStyleForNode, io: Io): Promise<void> {
  if (node.init) arithmetic(shell, node.init);
  while (!node.condition || arithmetic(shell, node.condition) !== 0) {
    if (!(await loopTurn(shell, node.body, io))) break;
    if (node.update) arithmetic(shell, node.update);
  }
}

async function caseOf(shell: Shell, node: CaseNode, io: Io): Promise<void> {
  const text = await expandText(node.word, shell.scope(io));
  let through = false;
  shell.status = 0;
  for (const item of node.items) {
    let matched = through;
    for (const pattern of item.patterns) {
      matched ||= matchesPattern(text, await expandPattern(pattern, shell.scope(io)));
    }
    if (!matched) continue;
    await shell.runStatements(item.body, io);
    if (item.terminator === ';;') return;
    through = item.terminator === ';&';
  }
}
