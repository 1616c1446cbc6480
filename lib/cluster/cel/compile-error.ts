/** One complaint about an expression; `offset` counts characters from its start. */
export interface Issue {
  offset: number;
  message: string;
}

/** Complaints as upstream's compiler prints them: the place, the line, and a mark under it. */
export function showIssues(source: string, issues: readonly Issue[]): string {
  const lines = source.split('\n');
  return [...issues]
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, message }) => {
      const before = source.slice(0, offset).split('\n');
      const column = (before.at(-1) ?? '').length;
      const line = lines[before.length - 1] ?? '';
      return `ERROR: <input>:${before.length}:${column + 1}: ${message}\n | ${line}\n | ${'.'.repeat(column)}^`;
    })
    .join('\n');
}

const OPERAND =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

const CLOSERS: Readonly<Record<string, string>> = {
  RBRACE: "{'}', ','}",
  RBRACKET: "{']', ','}",
  RPAREN: "{')', ','}",
  COLON: "':'",
};

/** A parser's complaint in the words of upstream's, which ANTLR makes. */
export function syntaxIssue(source: string, error: { code?: string; message: string; offset: number }): Issue {
  const atEnd = error.offset >= source.length;
  const rest = source.slice(error.offset);
  const token = atEnd ? '<EOF>' : (/^(\w+|"[^"]*"|'[^']*'|[<>=!]=|&&|\|\||.)/s.exec(rest)?.[0] ?? rest.slice(0, 1));
  const say = (text: string): Issue => ({ offset: error.offset, message: `Syntax error: ${text}` });
  const before = source.slice(0, error.offset).trimEnd();
  if (error.code === 'unexpected_character') return say(`token recognition error at: '${token}'`);
  const wanted = /^Expected (\w+), got/.exec(error.message)?.[1] ?? '';
  if (wanted === 'IDENTIFIER' && before.endsWith('.'))
    return say(atEnd ? "no viable alternative at input '.'" : `no viable alternative at input '.${token}'`);
  if (CLOSERS[wanted]) return say(`mismatched input '${token}' expecting ${CLOSERS[wanted]}`);
  if (/operand|Unexpected token/.test(error.message) && /([+\-*/%<>=!&|?:(,[{]|\bin)$|^$/.test(before))
    return say(`mismatched input '${token}' expecting ${OPERAND}`);
  return say(`mismatched input '${token}' expecting <EOF>`);
}
