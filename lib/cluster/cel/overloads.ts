import { environment } from './environment.ts';
import { DYN, isAssignable, listOf, mapOf, type CelType } from './type.ts';

interface Overload {
  receiver?: CelType;
  args: readonly CelType[];
  result: CelType;
}

const KINDS = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'null', 'type'] as const;

/** Cuts at top-level commas: `map<dyn, dyn>, int`. */
function split(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const char of text) {
    if (char === '<') depth++;
    if (char === '>') depth--;
    if (char === ',' && depth === 0) {
      parts.push(part);
      part = '';
    } else part += char;
  }
  return [...parts, part].map((p) => p.trim()).filter(Boolean);
}

/** A type in the parser's notation: `list<string>`, `google.protobuf.Timestamp`. Type parameters are dyn. */
function read(text: string): CelType {
  const kind = KINDS.find((k) => k === text);
  if (kind) return { kind };
  if (text === 'google.protobuf.Timestamp') return { kind: 'timestamp' };
  if (text === 'google.protobuf.Duration') return { kind: 'duration' };
  const [, outer, inner = ''] = /^(\w+)(?:<(.*)>)?$/.exec(text) ?? [];
  const parts = split(inner).map(read);
  if (outer === 'list') return listOf(parts[0] ?? DYN);
  if (outer === 'map') return mapOf(parts[0] ?? DYN, parts[1] ?? DYN);
  if (outer === 'optional') return { kind: 'optional', of: parts[0] ?? DYN };
  return /^(dyn|ast|any|[A-Z])$/.test(text) ? DYN : { kind: 'opaque', name: text };
}

function overloads(): Map<string, Overload[]> {
  const all = new Map<string, Overload[]>();
  for (const { signature } of environment().getDefinitions().functions) {
    const [, receiver, name = '', args = '', result = ''] = /^(?:(.+)\.)?(\w+)\((.*)\): (.+)$/.exec(signature) ?? [];
    const overload: Overload = {
      ...(receiver === undefined ? {} : { receiver: read(receiver) }),
      args: split(args).map(read),
      result: read(result),
    };
    all.set(name, [...(all.get(name) ?? []), overload]);
  }
  return all;
}

let table: Map<string, Overload[]> | undefined;

/** What a call answers: a type, 'unknown' for a name that no function has, 'mismatch' where none takes the arguments. */
export function resolveCall(
  name: string,
  receiver: CelType | undefined,
  args: readonly CelType[],
): CelType | 'unknown' | 'mismatch' {
  table ??= overloads();
  const known = table.get(name);
  if (!known) return 'unknown';
  const fitting = known.filter(
    (o) =>
      (o.receiver === undefined) === (receiver === undefined) &&
      (!o.receiver || !receiver || isAssignable(receiver, o.receiver)) &&
      o.args.length === args.length &&
      o.args.every((wanted, i) => isAssignable(args[i] ?? DYN, wanted)),
  );
  const [first, ...rest] = fitting;
  if (!first) return 'mismatch';
  return rest.some((o) => o.result.kind !== first.result.kind) ? DYN : first.result;
}
