import type { FileSystem } from '../fs/file-system.ts';
import { evaluate } from './arithmetic.ts';
import { glob, patternSource, type Piece } from './pattern.ts';
import type { BraceItem, ParameterOperation, ParameterPart, ScriptNode, WordNode, WordPart } from './syntax.ts';

/** What expansion needs of a shell. */
export interface ExpansionScope {
  fs: FileSystem;
  cwd: string;
  /** bash's own: brace expansion. */
  bash: boolean;
  /** A variable or special parameter (`?`, `#`, `$`, `1`); undefined when unset. */
  parameter(name: string): string | undefined;
  positional(): readonly string[];
  assign(name: string, value: string): void;
  /** The output of `$(…)` without its trailing newlines. */
  substitute(script: ScriptNode): Promise<string>;
  unset(name: string): never;
  fail(message: string): never;
}

/** Part of an expanded word: `split` text is cut at IFS, `end` starts a new field (between the items of "$@"). */
type Bit = { text: string; quoted: boolean; split: boolean } | 'end';

/** Expands words to the arguments of a command: all expansions, field splitting, file names. */
export async function expandWords(words: readonly WordNode[], scope: ExpansionScope): Promise<string[]> {
  const fields: string[] = [];
  for (const word of words) {
    for (const variant of scope.bash ? braces(word) : [word]) {
      for (const field of splitFields(await expandParts(variant.parts, scope, false), scope)) {
        fields.push(...glob(field, scope.fs, scope.cwd));
      }
    }
  }
  return fields;
}

/** Expands to one string, without splitting or file names: assignments, redirections, case words, here-documents. */
export async function expandText(word: WordNode, scope: ExpansionScope): Promise<string> {
  return joinBits(await expandParts(word.parts, scope, false));
}

/** Expands a pattern, keeping what is quoted apart. */
export async function expandPattern(word: WordNode, scope: ExpansionScope): Promise<Piece[]> {
  return (await expandParts(word.parts, scope, false)).flatMap((bit) => (bit === 'end' ? [] : [bit]));
}

function joinBits(bits: readonly Bit[]): string {
  return bits.map((bit) => (bit === 'end' ? ' ' : bit.text)).join('');
}

async function expandParts(parts: readonly WordPart[], scope: ExpansionScope, quoted: boolean): Promise<Bit[]> {
  const bits: Bit[] = [];
  for (const part of parts) {
    switch (part.type) {
      case 'Literal':
        bits.push({ text: part.value, quoted, split: false });
        break;
      case 'SingleQuoted':
      case 'Escaped':
        bits.push({ text: part.value, quoted: true, split: false });
        break;
      case 'Glob':
        bits.push({ text: part.pattern, quoted, split: false });
        break;
      case 'DoubleQuoted': {
        const inner = await expandParts(part.parts, scope, true);
        // "" is a field of its own, "$@" without arguments is none.
        const onlyAt =
          part.parts.length === 1 && part.parts[0]?.type === 'ParameterExpansion' && part.parts[0].parameter === '@';
        if (inner.length === 0 && !onlyAt) bits.push({ text: '', quoted: true, split: false });
        bits.push(...inner);
        break;
      }
      case 'ParameterExpansion':
        bits.push(...(await expandParameter(part, scope, quoted)));
        break;
      case 'CommandSubstitution':
        bits.push({ text: await scope.substitute(part.body), quoted, split: !quoted });
        break;
      case 'ArithmeticExpansion': {
        const value = evaluate(part.expression.expression, {
          get: (name) => scope.parameter(name) ?? '',
          set: (name, value) => scope.assign(name, value),
        });
        bits.push({ text: String(value), quoted, split: !quoted });
        break;
      }
      case 'TildeExpansion':
        bits.push({
          text: part.user ? `~${part.user}` : (scope.parameter('HOME') ?? '/root'),
          quoted: true,
          split: false,
        });
        break;
      case 'BraceExpansion':
        bits.push({ text: braceText(part.items), quoted, split: false });
        break;
      case 'ProcessSubstitution':
        scope.fail('syntax error: unexpected "("');
    }
  }
  return bits;
}

async function expandParameter(part: ParameterPart, scope: ExpansionScope, quoted: boolean): Promise<Bit[]> {
  const { parameter, operation } = part;
  if ((parameter === '@' || parameter === '*') && !operation) {
    const all = scope.positional();
    if (quoted && parameter === '*')
      return [{ text: all.join((scope.parameter('IFS') ?? ' ')[0] ?? ''), quoted, split: false }];
    return all.flatMap((text, i): Bit[] => [...(i > 0 ? (['end'] as const) : []), { text, quoted, split: !quoted }]);
  }
  const value =
    parameter === '@' || parameter === '*' ? scope.positional().join(' ') || undefined : scope.parameter(parameter);
  if (!operation) {
    if (value === undefined && scope.parameter('-')?.includes('u')) scope.unset(parameter);
    return value === undefined && quoted
      ? [{ text: '', quoted, split: false }]
      : [{ text: value ?? '', quoted, split: !quoted }];
  }
  const missing = (checkEmpty: boolean) => value === undefined || (checkEmpty && value === '');
  switch (operation.type) {
    case 'DefaultValue':
      return missing(operation.checkEmpty)
        ? resplit(await expandParts(operation.word.parts, scope, quoted), quoted)
        : plain(value, quoted);
    case 'UseAlternative':
      return missing(operation.checkEmpty)
        ? plain('', quoted)
        : resplit(await expandParts(operation.word.parts, scope, quoted), quoted);
    case 'AssignDefault': {
      if (!missing(operation.checkEmpty)) return plain(value, quoted);
      const text = await expandText(operation.word, scope);
      scope.assign(parameter, text);
      return plain(text, quoted);
    }
    case 'ErrorIfUnset':
      if (!missing(operation.checkEmpty)) return plain(value, quoted);
      return scope.fail(
        `${parameter}: ${operation.word ? await expandText(operation.word, scope) : 'parameter not set'}`,
      );
    default:
      return plain(await transform(value ?? '', operation, scope), quoted);
  }
}

const plain = (text: string | undefined, quoted: boolean): Bit[] => [{ text: text ?? '', quoted, split: !quoted }];

/** Unquoted text of a default is split like the value that it replaces. */
function resplit(bits: readonly Bit[], quoted: boolean): Bit[] {
  return bits.map((bit) => (bit === 'end' || bit.quoted ? bit : { ...bit, split: !quoted }));
}

async function transform(value: string, operation: ParameterOperation, scope: ExpansionScope): Promise<string> {
  const number = (e: { expression: Parameters<typeof evaluate>[0] }) =>
    evaluate(e.expression, { get: (n) => scope.parameter(n) ?? '', set: (n, v) => scope.assign(n, v) });
  switch (operation.type) {
    case 'Length':
      return String(value.length);
    case 'Substring': {
      const offset = number(operation.offset);
      const from = offset < 0 ? Math.max(value.length + offset, 0) : offset;
      const length = operation.length ? number(operation.length) : value.length;
      return length < 0 ? value.slice(from, value.length + length) : value.slice(from, from + length);
    }
    case 'PatternRemoval': {
      const pieces = await expandPattern(operation.pattern, scope);
      const source = patternSource(pieces, { star: '[^]*', lazy: !operation.greedy });
      if (operation.side === 'prefix') return value.replace(new RegExp(`^(?:${source})`), '');
      // The shortest suffix begins last: tried from the end.
      const whole = new RegExp(`^(?:${source})$`);
      const starts = Array.from({ length: value.length + 1 }, (_, i) => (operation.greedy ? i : value.length - i));
      const start = starts.find((i) => whole.test(value.slice(i)));
      return start === undefined ? value : value.slice(0, start);
    }
    case 'PatternReplacement': {
      const source = patternSource(await expandPattern(operation.pattern, scope), { star: '[^]*' });
      const by = operation.replacement ? await expandText(operation.replacement, scope) : '';
      const anchored =
        operation.anchor === 'start' ? `^(?:${source})` : operation.anchor === 'end' ? `(?:${source})$` : source;
      return value.replace(new RegExp(anchored, operation.all ? 'g' : ''), () => by);
    }
    case 'CaseModification': {
      const change = (text: string) => (operation.direction === 'upper' ? text.toUpperCase() : text.toLowerCase());
      return operation.all ? change(value) : change(value.slice(0, 1)) + value.slice(1);
    }
    case 'Indirection':
      return scope.parameter(value) ?? '';
    default:
      return scope.fail('bad substitution');
  }
}

function splitFields(bits: readonly Bit[], scope: ExpansionScope): Piece[][] {
  const ifs = scope.parameter('IFS') ?? ' \t\n';
  const fields: Piece[][] = [];
  let field: Piece[] | undefined;
  const close = () => {
    if (field) fields.push(field);
    field = undefined;
  };
  for (const bit of bits) {
    if (bit === 'end') close();
    else if (!bit.split || ifs === '') {
      if (bit.text !== '' || bit.quoted) (field ??= []).push(bit);
    } else {
      let text = '';
      for (const c of bit.text) {
        if (!ifs.includes(c)) {
          text += c;
          continue;
        }
        if (text) (field ??= []).push({ text, quoted: false });
        else if (!' \t\n'.includes(c)) field ??= [];
        text = '';
        close();
      }
      if (text) (field ??= []).push({ text, quoted: false });
    }
  }
  close();
  return fields;
}

/** bash: `a{1..3}` is three words. */
function braces(word: WordNode): WordNode[] {
  const at = word.parts.findIndex((part) => part.type === 'BraceExpansion');
  const part = word.parts[at];
  if (part?.type !== 'BraceExpansion') return [word];
  return part.items
    .flatMap(braceVariants)
    .flatMap((parts) =>
      braces({ ...word, parts: [...word.parts.slice(0, at), ...parts, ...word.parts.slice(at + 1)] }),
    );
}

function braceVariants(item: BraceItem): WordPart[][] {
  if (item.type === 'Word') return braces(item.word).map((word) => word.parts);
  const literal = (value: string): WordPart[] => [{ type: 'Literal', value }];
  const letters = typeof item.start === 'string' || typeof item.end === 'string';
  const from = letters ? String(item.start).charCodeAt(0) : Number(item.start);
  const to = letters ? String(item.end).charCodeAt(0) : Number(item.end);
  const step = Math.max(Math.abs(item.step ?? 1), 1);
  const width = item.startStr && /^-?0\d/.test(item.startStr) ? item.startStr.length : 0;
  const count = Math.min(Math.floor(Math.abs(to - from) / step) + 1, 10_000);
  return Array.from({ length: count }, (_, i) => {
    const n = from <= to ? from + i * step : from - i * step;
    return literal(letters ? String.fromCharCode(n) : String(n).padStart(width, '0'));
  });
}

/** Shells without brace expansion see its text. */
function braceText(items: readonly BraceItem[]): string {
  const inner = items.map((item) => {
    if (item.type === 'Range') return `${item.start}..${item.end}${item.step ? `..${item.step}` : ''}`;
    return item.word.parts.map((p) => ('value' in p ? p.value : p.type === 'Glob' ? p.pattern : '')).join('');
  });
  return `{${inner.join(',')}}`;
}
