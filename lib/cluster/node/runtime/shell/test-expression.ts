import { joinPath, type FileSystem } from '../fs/file-system.ts';

interface Place {
  fs: FileSystem;
  cwd: string;
  /** Whether a standard stream is a terminal; none is where this is not known. */
  isTerminal?: (fd: number) => boolean;
}

/** The status of `test` or `[`: 0 true, 1 false, 2 a fault in the expression (with its message). */
export function test(args: readonly string[], place: Place): { status: number; error?: string } {
  const parser = new Parser(args, place);
  try {
    const value = args.length > 0 && parser.or();
    if (!parser.atEnd()) return { status: 2, error: `${parser.peek()}: unknown operand` };
    return { status: value ? 0 : 1 };
  } catch (err) {
    return { status: 2, error: err instanceof Error ? err.message : String(err) };
  }
}

/** One unary test of a file or string. */
export function testUnary(operator: string, operand: string, { fs, cwd, isTerminal }: Place): boolean {
  if (operator === '-z') return operand === '';
  if (operator === '-n') return operand !== '';
  if (operator === '-t') return isTerminal?.(Number(operand)) ?? false;
  const path = joinPath(cwd, operand);
  if (operand === '') return false;
  if (operator === '-L' || operator === '-h') return tryType(() => fs.lstat(path).type) === 'symlink';
  const type = tryType(() => fs.stat(path).type);
  if (type === undefined) return false;
  switch (operator) {
    case '-f':
      return type === 'file';
    case '-d':
      return type === 'dir';
    case '-c':
      return type === 'device';
    case '-b':
    case '-p':
    case '-S':
      return false;
    case '-s':
      return fs.stat(path).size > 0;
    case '-r':
      return fs.access(path, 4);
    case '-w':
      return fs.access(path, 2);
    case '-x':
      return fs.access(path, 1);
    default:
      return true;
  }
}

export function testBinary(left: string, operator: string, right: string, { fs, cwd }: Place): boolean {
  const time = (path: string) => {
    try {
      return fs.stat(joinPath(cwd, path)).mtime;
    } catch {
      return 0;
    }
  };
  const number = (text: string) => {
    if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new Error(`${text}: bad number`);
    return Number(text);
  };
  switch (operator) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '-eq':
      return number(left) === number(right);
    case '-ne':
      return number(left) !== number(right);
    case '-lt':
      return number(left) < number(right);
    case '-le':
      return number(left) <= number(right);
    case '-gt':
      return number(left) > number(right);
    case '-ge':
      return number(left) >= number(right);
    case '-nt':
      return time(left) > time(right);
    case '-ot':
      return time(left) < time(right);
    default:
      throw new Error(`${operator}: unknown operand`);
  }
}

function tryType<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

const UNARY = /^-[abcdefghkprstuwxzLnNOGS]$/;
const BINARY = new Set(['=', '==', '!=', '<', '>', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot']);

class Parser {
  readonly #args: readonly string[];
  readonly #place: Place;
  #at = 0;

  constructor(args: readonly string[], place: Place) {
    this.#args = args;
    this.#place = place;
  }

  atEnd(): boolean {
    return this.#at >= this.#args.length;
  }

  peek(): string {
    return this.#args[this.#at] ?? '';
  }

  or(): boolean {
    let value = this.#and();
    while (this.peek() === '-o' && !this.atEnd()) {
      this.#at++;
      const right = this.#and();
      value = value || right;
    }
    return value;
  }

  #and(): boolean {
    let value = this.#not();
    while (this.peek() === '-a' && !this.atEnd()) {
      this.#at++;
      const right = this.#not();
      value = value && right;
    }
    return value;
  }

  #not(): boolean {
    if (this.peek() === '!' && this.#at + 1 < this.#args.length) {
      this.#at++;
      return !this.#not();
    }
    return this.#primary();
  }

  #primary(): boolean {
    const [first, second, third] = [this.peek(), this.#args[this.#at + 1], this.#args[this.#at + 2]];
    if (second !== undefined && third !== undefined && BINARY.has(second)) {
      this.#at += 3;
      return testBinary(first, second, third, this.#place);
    }
    if (first === '(') {
      this.#at++;
      const value = this.or();
      if (this.peek() !== ')') throw new Error('closing paren expected');
      this.#at++;
      return value;
    }
    if (UNARY.test(first) && second !== undefined) {
      this.#at += 2;
      return testUnary(first, second, this.#place);
    }
    this.#at++;
    return first !== '';
  }
}
