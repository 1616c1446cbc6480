import type { parse } from 'just-bash';

/** The syntax tree of just-bash's parser, by the names of its nodes. */
export type ScriptNode = ReturnType<typeof parse>;
export type StatementNode = ScriptNode['statements'][number];
export type PipelineNode = StatementNode['pipelines'][number];
export type CommandNode = PipelineNode['commands'][number];
type Of<N, T extends string> = Extract<N, { type: T }>;
export type SimpleCommandNode = Of<CommandNode, 'SimpleCommand'>;
export type FunctionDefNode = Of<CommandNode, 'FunctionDef'>;
export type CompoundNode = Exclude<CommandNode, SimpleCommandNode | FunctionDefNode>;
export type CaseNode = Of<CommandNode, 'Case'>;
export type LoopNode = Of<CommandNode, 'While'> | Of<CommandNode, 'Until'>;
export type ForNode = Of<CommandNode, 'For'>;
export type CStyleForNode = Of<CommandNode, 'CStyleFor'>;
export type ConditionNode = Of<CommandNode, 'ConditionalCommand'>['expression'];
export type RedirectionNode = SimpleCommandNode['redirections'][number];
export type AssignmentNode = SimpleCommandNode['assignments'][number];
export type WordNode = SimpleCommandNode['args'][number];
export type WordPart = WordNode['parts'][number];
export type ParameterPart = Of<WordPart, 'ParameterExpansion'>;
export type ParameterOperation = NonNullable<ParameterPart['operation']>;
export type BraceItem = Of<WordPart, 'BraceExpansion'>['items'][number];
export type ArithExpr = Of<WordPart, 'ArithmeticExpansion'>['expression']['expression'];

let parser: typeof parse | undefined;

/** Loads the parser; it is only needed once somebody runs a shell. */
export async function loadParser(): Promise<typeof parse> {
  parser ??= (await import('just-bash')).parse;
  return parser;
}

/** ash's words for what the parser found wrong. */
export function syntaxError(err: unknown): string {
  const text = err instanceof Error ? err.message : String(err);
  const got = /got '?([^']+?)'?$/.exec(text)?.[1];
  if (/unexpected EOF while looking for matching/.test(text)) return 'syntax error: unterminated quoted string';
  if (got === 'EOF') return 'syntax error: unexpected end of file';
  const token = got ?? /near unexpected token [`'](.+)'/.exec(text)?.[1];
  return token ? `syntax error: unexpected "${token}"` : 'syntax error';
}
