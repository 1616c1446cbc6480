import { labelValue, qualifiedName } from './names.ts';
import { showValue } from './field-error.ts';
import type { Operator, Requirement } from './selector.ts';

/** A selector that was read, or why it could not be. The error is worded as upstream's labels.Parse words it. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; error: string };

type TokenKind =
  '=' | '==' | '!=' | '!' | '(' | ')' | ',' | '>' | '<' | 'in' | 'notin' | 'identifier' | 'end' | 'error';

interface Token {
  kind: TokenKind;
  text: string;
}

const SYMBOL = /[=!(),<>]/;
const BLANK = /[ \t\r\n]/;
const SYMBOLS = new Set<string>(['=', '==', '!=', '!', '(', ')', ',', '>', '<']);
const BINARY = 'in, notin, =, ==, !=, gt, lt';

/** Reads the longest operator at `from`, as upstream's lexer does: characters that make none are an error token. */
function symbolAt(text: string, from: number): { token: Token; next: number } {
  let seen = '';
  let found = '';
  for (let at = from; at < text.length && SYMBOL.test(text[at] ?? ''); at++) {
    seen += text[at];
    if (SYMBOLS.has(seen)) found = seen;
    else if (found) break;
  }
  if (found) return { token: { kind: found as TokenKind, text: found }, next: from + found.length };
  return { token: { kind: 'error', text: `error expected: keyword found '${seen}'` }, next: from + seen.length };
}

function tokens(text: string): Token[] {
  const list: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const c = text[at] ?? '';
    if (BLANK.test(c)) {
      at++;
    } else if (SYMBOL.test(c)) {
      const { token, next } = symbolAt(text, at);
      list.push(token);
      at = next;
    } else {
      const from = at;
      while (at < text.length && !SYMBOL.test(text[at] ?? '') && !BLANK.test(text[at] ?? '')) at++;
      const word = text.slice(from, at);
      list.push({ kind: word === 'in' || word === 'notin' ? word : 'identifier', text: word });
    }
  }
  return [...list, { kind: 'end', text: '' }];
}

class SelectorError extends Error {}

/** Recursive descent over the tokens; throws a SelectorError, which does not leave this file. */
class Parser {
  readonly #tokens: Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokens(text);
  }

  /** `in` and `notin` are ordinary words where a key or a value is expected. */
  #peek(asWord = true): Token {
    const token = this.#tokens[this.#at] ?? { kind: 'end', text: '' };
    return asWord && (token.kind === 'in' || token.kind === 'notin') ? { ...token, kind: 'identifier' } : token;
  }

  #take(asWord = true): Token {
    const token = this.#peek(asWord);
    this.#at++;
    return token;
  }

  selector(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const { kind, text } = this.#peek();
      if (kind === 'end') return requirements;
      if (kind !== 'identifier' && kind !== '!') {
        throw new SelectorError(`found '${text}', expected: !, identifier, or 'end of string'`);
      }
      try {
        requirements.push(this.#requirement());
      } catch (err) {
        throw err instanceof SelectorError ? new SelectorError(`unable to parse requirement: ${err.message}`) : err;
      }
      const after = this.#take();
      if (after.kind === 'end') return requirements;
      if (after.kind !== ',') throw new SelectorError(`found '${after.text}', expected: ',' or 'end of string'`);
      const next = this.#peek();
      if (next.kind !== 'identifier' && next.kind !== '!') {
        throw new SelectorError(`found '${next.text}', expected: identifier after ','`);
      }
    }
  }

  #requirement(): Requirement {
    let token = this.#take();
    const negated = token.kind === '!';
    if (negated) token = this.#take();
    if (token.kind !== 'identifier') throw new SelectorError(`found '${token.text}', expected: identifier`);
    const key = token.text;
    const complaints = qualifiedName(key);
    if (complaints.length) throw new SelectorError(`<nil>: Invalid value: ${showValue(key)}: ${complaints.join('; ')}`);
    if (negated) return { key, operator: 'DoesNotExist', values: [] };
    const { kind } = this.#peek();
    if (kind === 'end' || kind === ',') return { key, operator: 'Exists', values: [] };
    return this.#comparison(key);
  }

  #comparison(key: string): Requirement {
    const operator = this.#take(false);
    switch (operator.kind) {
      case 'in':
        return this.#checked(key, 'In', this.#values());
      case 'notin':
        return this.#checked(key, 'NotIn', this.#values());
      case '=':
      case '==':
        return this.#checked(key, 'In', [this.#value()]);
      case '!=':
        return this.#checked(key, 'NotIn', [this.#value()]);
      case '>':
        return this.#checked(key, 'Gt', [this.#value()]);
      case '<':
        return this.#checked(key, 'Lt', [this.#value()]);
      default:
        throw new SelectorError(`found '${operator.text}', expected: ${BINARY}`);
    }
  }

  #checked(key: string, operator: Operator, values: string[]): Requirement {
    if (operator === 'Gt' || operator === 'Lt') {
      const text = values[0] ?? '';
      if (!/^[+-]?\d{1,19}$/.test(text)) {
        const why = "for 'Gt', 'Lt' operators, the value must be an integer";
        throw new SelectorError(`values[0]: Invalid value: ${showValue(text)}: ${why}`);
      }
    }
    for (const [i, value] of values.entries()) {
      const complaints = labelValue(value);
      if (complaints.length) {
        throw new SelectorError(`values[${i}][${key}]: Invalid value: ${showValue(value)}: ${complaints.join('; ')}`);
      }
    }
    return { key, operator, values };
  }

  #value(): string {
    const { kind, text } = this.#peek();
    if (kind === 'end' || kind === ',') return '';
    this.#at++;
    if (kind !== 'identifier') throw new SelectorError(`found '${text}', expected: identifier`);
    return text;
  }

  /** `(a, b)`: sorted, each once; an empty place is the empty value. */
  #values(): string[] {
    const open = this.#take();
    if (open.kind !== '(') throw new SelectorError(`found '${open.text}' expected: '('`);
    const first = this.#peek();
    if (first.kind === ')') {
      this.#at++;
      return [''];
    }
    if (first.kind !== 'identifier' && first.kind !== ',') {
      throw new SelectorError(`found '${first.text}', expected: ',', ')' or identifier`);
    }
    const values = this.#list();
    if (this.#take().kind !== ')') throw new SelectorError(`found '${first.text}', expected: ')'`);
    return [...new Set(values)].sort();
  }

  #list(): string[] {
    const values: string[] = [];
    for (;;) {
      const token = this.#take();
      if (token.kind === 'identifier') {
        values.push(token.text);
        const next = this.#peek();
        if (next.kind === ')') return values;
        if (next.kind !== ',') throw new SelectorError(`found '${next.text}', expected: ',' or ')'`);
      } else if (token.kind === ',') {
        if (values.length === 0) values.push('');
        const next = this.#peek();
        if (next.kind === ')') return [...values, ''];
        if (next.kind === ',') {
          this.#at++;
          values.push('');
        }
      } else {
        throw new SelectorError(`found '${token.text}', expected: ',', or identifier`);
      }
    }
  }
}

/**
 * Reads a selector in the form of a query parameter: `a=b,c in (d,e),!f,g>1`.
 *
 *     parseLabelSelector('=x') says "found '=', expected: !, identifier, or 'end of string'"
 */
export function parseLabelSelector(text: string): Parsed<Requirement[]> {
  try {
    return { ok: true, value: new Parser(text).selector() };
  } catch (err) {
    if (err instanceof SelectorError) return { ok: false, error: err.message };
    throw err;
  }
}
