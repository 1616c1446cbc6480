/**
 * What Go's JSON decoder says of a text that is not JSON, or not an object; undefined when it is one. Go names the character
 * and what it was looking for: `nope` is "invalid character 'o' in literal null (expecting 'u')".
 */
export function objectJsonError(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && !Array.isArray(value)) return undefined;
    const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
  } catch {
    return new Scanner(text).error();
  }
}

const LITERALS = ['true', 'false', 'null'];
const END = 'unexpected end of JSON input';

/** Reads JSON only to find where it breaks. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  error(): string {
    return this.#value('looking for beginning of value') ?? this.#after('after top-level value') ?? END;
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #bad(where: string): string {
    const c = this.#text[this.#at];
    if (c === undefined) return END;
    return `invalid character ${c === "'" ? `'\\''` : c === '"' ? `'"'` : `'${c}'`} ${where}`;
  }

  /** Complains unless only blanks follow. */
  #after(where: string): string | undefined {
    this.#space();
    return this.#at < this.#text.length ? this.#bad(where) : undefined;
  }

  #value(where: string): string | undefined {
    this.#space();
    const c = this.#text[this.#at] ?? '';
    if (c === '{') return this.#members();
    if (c === '[') return this.#elements();
    if (c === '"') return this.#string();
    const literal = LITERALS.find((word) => c !== '' && word.startsWith(c));
    if (literal) return this.#literal(literal);
    const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/.exec(this.#text.slice(this.#at));
    if (!number) return c === '-' ? (this.#at++, this.#bad('in numeric literal')) : this.#bad(where);
    this.#at += number[0].length;
    return undefined;
  }

  #literal(word: string): string | undefined {
    for (let i = 1; i < word.length; i++) {
      this.#at++;
      if (this.#text[this.#at] !== word[i]) return this.#bad(`in literal ${word} (expecting '${word[i]}')`);
    }
    this.#at++;
    return undefined;
  }

  #string(): string | undefined {
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const c = this.#text[this.#at] ?? '';
      if (c === '"') {
        this.#at++;
        return undefined;
      }
      if (c < ' ') return `invalid character '\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}' in string literal`;
      if (c === '\\') {
        this.#at++;
        if (!/["\\/bfnrtu]/.test(this.#text[this.#at] ?? '"')) return this.#bad('in string escape code');
      }
    }
    return END;
  }

  #members(): string | undefined {
    for (let first = true; ; first = false) {
      this.#at++;
      this.#space();
      if (first && this.#text[this.#at] === '}') break;
      if (this.#text[this.#at] !== '"') return this.#bad('looking for beginning of object key string');
      const key = this.#string();
      if (key) return key;
      this.#space();
      if (this.#text[this.#at] !== ':') return this.#bad('after object key');
      this.#at++;
      const value = this.#value('looking for beginning of value');
      if (value) return value;
      this.#space();
      if (this.#text[this.#at] === '}') break;
      if (this.#text[this.#at] !== ',') return this.#bad('after object key:value pair');
    }
    this.#at++;
    return undefined;
  }

  #elements(): string | undefined {
    for (let first = true; ; first = false) {
      this.#at++;
      this.#space();
      if (first && this.#text[this.#at] === ']') break;
      const value = this.#value('looking for beginning of value');
      if (value) return value;
      this.#space();
      if (this.#text[this.#at] === ']') break;
      if (this.#text[this.#at] !== ',') return this.#bad('after array element');
    }
    this.#at++;
    return undefined;
  }
}
