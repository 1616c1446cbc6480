import { renameCalled } from './renamed.ts';

/** An expression whose struct literals are calls, and where each of its characters stood. */
export interface Rewritten {
  text: string;
  /** An offset in `text` → the one in the original. */
  origin: (offset: number) => number;
}

export const STRUCT_FUNCTION = '__struct';

const STRING = /[rRbB]{0,2}("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/y;
const NAME = /[A-Za-z_]\w*(\s*\.\s*[A-Za-z_]\w*)*/y;
const FIELD = /\s*([A-Za-z_]\w*)\s*:/y;

const at = (pattern: RegExp, text: string, offset: number) => {
  pattern.lastIndex = offset;
  return pattern.exec(text);
};

/**
 * The parser knows no struct literals: `Object{a: 1}` becomes `__struct("Object", {"a": 1})`, which means the same. Some
 * functions are called by another name (see renamed.ts).
 */
export function rewriteStructs(source: string): Rewritten {
  let text = '';
  const origins: number[] = [];
  const emit = (piece: string, from: number, fixed: boolean) => {
    for (let i = 0; i < piece.length; i++) origins.push(fixed ? from : from + i);
    text += piece;
  };
  /** For each open brace, whether a struct's. */
  const braces: boolean[] = [];
  let i = 0;
  const field = () => {
    const found = at(FIELD, source, i);
    if (!braces.at(-1) || !found) return;
    emit(`${JSON.stringify(found[1])}:`, i, true);
    i += found[0].length;
  };
  while (i < source.length) {
    const quoted = at(STRING, source, i);
    const name = quoted ? null : at(NAME, source, i);
    const char = source[i] ?? '';
    if (quoted) {
      emit(quoted[0], i, false);
      i += quoted[0].length;
    } else if (name && source[i + name[0].length] === '{') {
      emit(`${STRUCT_FUNCTION}(${JSON.stringify(name[0])}, {`, i, true);
      i += name[0].length + 1;
      braces.push(true);
      field();
    } else if (name) {
      emit(/^\s*\(/.test(source.slice(i + name[0].length)) ? renameCalled(name[0]) : name[0], i, false);
      i += name[0].length;
    } else {
      emit(char, i, false);
      i++;
      if (char === '{') braces.push(false);
      else if (char === '}' && braces.pop()) emit(')', i - 1, true);
      else if (char === ',') field();
    }
  }
  return { text, origin: (offset) => origins[offset] ?? source.length };
}
