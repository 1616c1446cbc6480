import type { Parsed } from './label-selector-parse.ts';

/** One term of a field selector. */
export interface FieldTerm {
  field: string;
  equal: boolean;
  value: string;
}

/** The terms of a selector, split at commas that no backslash escapes. */
function terms(text: string): string[] {
  const list: string[] = [];
  let term = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\' && i + 1 < text.length) term += `\\${text[++i]}`;
    else if (text[i] === ',') {
      list.push(term);
      term = '';
    } else term += text[i];
  }
  return [...list, term];
}

/** Where the operator of a term is: the first `!=`, `==` or `=` that no backslash escapes. */
function splitTerm(term: string): { left: string; operator: string; right: string } | undefined {
  for (let i = 0; i < term.length; i++) {
    if (term[i] === '\\') {
      i++;
      continue;
    }
    const operator = ['!=', '==', '='].find((op) => term.startsWith(op, i));
    if (operator) return { left: term.slice(0, i), operator, right: term.slice(i + operator.length) };
  }
  return undefined;
}

/** A value without its escapes; undefined when something is escaped, or not escaped, that must not be so. */
function unescape(value: string): string | undefined {
  let out = '';
  for (let i = 0; i < value.length; i++) {
    const c = value[i] ?? '';
    if (c === '\\') {
      const next = value[++i];
      if (next !== '\\' && next !== ',' && next !== '=') return undefined;
      out += next;
    } else if (c === ',' || c === '=') {
      return undefined;
    } else {
      out += c;
    }
  }
  return out;
}

/** Reads `metadata.name=web,status.phase!=Running` (fields.ParseSelector), with upstream's complaints. */
export function parseFieldSelector(text: string): Parsed<FieldTerm[]> {
  const list: FieldTerm[] = [];
  for (const term of terms(text)) {
    if (term === '') continue;
    const split = splitTerm(term);
    if (!split) return { ok: false, error: `invalid selector: '${text}'; can't understand '${term}'` };
    const value = unescape(split.right);
    if (value === undefined) {
      return {
        ok: false,
        error: `invalid field selector: invalid escape sequence or unescaped character: ${split.right}`,
      };
    }
    list.push({ field: split.left, equal: split.operator !== '!=', value });
  }
  return { ok: true, value: list };
}
