/** What reading a JSON text gives: the value and the paths of members that were given twice, or why it is no JSON. */
export type JsonReading = { ok: true; value: unknown; duplicates: readonly string[] } | { ok: false; error: string };

/** Deeper texts are refused (upstream's limit is 10,000, which JavaScript's stack would not hold everywhere). */
const MAX_DEPTH = 1_000;
const MAX_DUPLICATES = 100;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// oxlint-disable-next-line no-control-regex -- JSON forbids bare control characters in strings.
const PLAIN_STRING = /"[^"\\\u0000-\u001f]*"/y;

class SyntaxFault extends Error {}

/** A character as Go's %q of a rune prints it inside `invalid character`. */
function quoted(c: string): string {
  if (c === "'") return "'\\''";
  if (c === '"') return `'"'`;
  return `'${JSON.stringify(c).slice(1, -1)}'`;
}

/**
 * Reads a JSON text as Go's encoding/json does, with its error texts, and notices members that an object has twice (the
 * last one wins). Takes time linear in the text's length.
 */
class JsonReader {
  #at = 0;
  #depth = 0;
  readonly #text: string;
  readonly #path: string[] = [];
  readonly duplicates = new Set<string>();

  constructor(text: string) {
    this.#text = text;
  }

  read(): unknown {
    const value = this.#value('looking for beginning of value');
    this.#skip();
    if (this.#at < this.#text.length) this.#fail('after top-level value');
    return value;
  }

  #fail(context: string): never {
    const c = this.#text.codePointAt(this.#at);
    if (c === undefined) throw new SyntaxFault('unexpected end of JSON input');
    throw new SyntaxFault(`invalid character ${quoted(String.fromCodePoint(c))} ${context}`);
  }

  #skip(): void {
    for (;;) {
      const c = this.#text.charCodeAt(this.#at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
      this.#at++;
    }
  }

  #value(context: string): unknown {
    this.#skip();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#nested(() => this.#object());
      case '[':
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number(context);
    }
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw new SyntaxFault('exceeded max depth');
    this.#at++;
    const value = read();
    this.#depth--;
    return value;
  }

  #word<T>(word: string, value: T): T {
    for (let i = 0; i < word.length; i++, this.#at++) {
      if (this.#text[this.#at] !== word[i]) this.#fail(`in literal ${word} (expecting ${quoted(word[i] ?? '')})`);
    }
    return value;
  }

  #number(context: string): number {
    NUMBER.lastIndex = this.#at;
    const m = NUMBER.exec(this.#text);
    if (!m) {
      if (this.#text[this.#at] === '-') {
        this.#at++;
        this.#fail('in numeric literal');
      }
      this.#fail(context);
    }
    this.#at += m[0].length;
    return Number(m[0]);
  }

  #string(): string {
    PLAIN_STRING.lastIndex = this.#at;
    const plain = PLAIN_STRING.exec(this.#text);
    if (plain) {
      this.#at += plain[0].length;
      return plain[0].slice(1, -1);
    }
    const start = this.#at++;
    for (;;) {
      const c = this.#text[this.#at];
      if (c === undefined || c < ' ') this.#fail('in string literal');
      this.#at++;
      if (c === '"') break;
      if (c === '\\') this.#escape();
    }
    return JSON.parse(this.#text.slice(start, this.#at)) as string;
  }

  #escape(): void {
    const c = this.#text[this.#at];
    if (c === undefined || !'"\\/bfnrtu'.includes(c)) this.#fail('in string escape code');
    this.#at++;
    if (c !== 'u') return;
    for (let i = 0; i < 4; i++, this.#at++) {
      if (!/^[0-9a-fA-F]$/.test(this.#text[this.#at] ?? '')) this.#fail('in \\u hexadecimal character escape');
    }
  }

  #object(): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.#skip();
    if (this.#text[this.#at] === '}') {
      this.#at++;
      return object;
    }
    for (;;) {
      this.#skip();
      if (this.#text[this.#at] !== '"') this.#fail('looking for beginning of object key string');
      const key = this.#string();
      this.#skip();
      if (this.#text[this.#at] !== ':') this.#fail('after object key');
      this.#at++;
      this.#path.push(this.#path.length ? `.${key}` : key);
      if (Object.hasOwn(object, key) && this.duplicates.size < MAX_DUPLICATES) this.duplicates.add(this.#path.join(''));
      const value = this.#value('looking for beginning of value');
      this.#path.pop();
      // `__proto__` must be a member like any other.
      if (key === '__proto__')
        Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
      else object[key] = value;
      this.#skip();
      if (this.#text[this.#at] === '}') break;
      if (this.#text[this.#at] !== ',') this.#fail('after object key:value pair');
      this.#at++;
    }
    this.#at++;
    return object;
  }

  #array(): unknown[] {
    const array: unknown[] = [];
    this.#skip();
    if (this.#text[this.#at] === ']') {
      this.#at++;
      return array;
    }
    for (;;) {
      this.#path.push(`[${array.length}]`);
      array.push(this.#value('looking for beginning of value'));
      this.#path.pop();
      this.#skip();
      if (this.#text[this.#at] === ']') break;
      if (this.#text[this.#at] !== ',') this.#fail('after array element');
      this.#at++;
    }
    this.#at++;
    return array;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** How many members the objects of a valid JSON text are given. */
function membersGiven(text: string): number {
  let members = 0;
  for (let start = text.indexOf('"'); start >= 0;) {
    let end = start;
    let escaped: boolean;
    do {
      end = text.indexOf('"', end + 1);
      let before = end;
      while (text.charCodeAt(before - 1) === BACKSLASH) before--;
      escaped = (end - before) % 2 === 1;
    } while (escaped);
    let next = end + 1;
    while (text.charCodeAt(next) <= 0x20) next++;
    if (text.charCodeAt(next) === COLON) members++;
    start = text.charCodeAt(next) === QUOTE ? next : text.indexOf('"', next);
  }
  return members;
}

/** How many members the objects in a value have; infinitely many where they are too deep. */
function membersHeld(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > MAX_DEPTH) return Infinity;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += membersHeld(item, depth + 1);
    return members;
  }
  for (const key of Object.keys(value)) members += 1 + membersHeld((value as Record<string, unknown>)[key], depth + 1);
  return members;
}

/** The value of a text that has nothing to tell of: the JavaScript engine reads it in a fraction of our time. */
function plainValue(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return membersHeld(value, 1) === membersGiven(text) ? value : undefined;
}

/** Reads a JSON text. Duplicates are paths as upstream prints them: `spec.ports[0].name`. */
export function readJson(text: string): JsonReading {
  const plain = plainValue(text);
  if (plain !== undefined) return { ok: true, value: plain, duplicates: [] };
  const reader = new JsonReader(text);
  try {
    const value = reader.read();
    return { ok: true, value, duplicates: [...reader.duplicates] };
  } catch (err) {
    if (err instanceof SyntaxFault) return { ok: false, error: err.message };
    throw err;
  }
}
