/** Lines of context round a change. */
const CONTEXT = 3;
/** From this many lines on, lines that make up more than one per cent of the text do not anchor a match. */
const POPULARITY_FROM = 200;

interface Match {
  a: number;
  b: number;
  size: number;
}

type Op = { tag: 'equal' | 'replace' | 'delete' | 'insert'; a1: number; a2: number; b1: number; b2: number };

/** Where each line stands in `b`, without the popular ones (difflib's "autojunk"). */
function indexLines(b: readonly string[]): Map<string, number[]> {
  const index = new Map<string, number[]>();
  b.forEach((line, i) => {
    const at = index.get(line);
    if (at) at.push(i);
    else index.set(line, [i]);
  });
  if (b.length >= POPULARITY_FROM) {
    const most = Math.floor(b.length / 100) + 1;
    for (const [line, at] of index) if (at.length > most) index.delete(line);
  }
  return index;
}

type Range = [aLow: number, aHigh: number, bLow: number, bHigh: number];

function longestMatch(a: readonly string[], b: readonly string[], index: Map<string, number[]>, range: Range): Match {
  const [aLow, aHigh, bLow, bHigh] = range;
  let best: Match = { a: aLow, b: bLow, size: 0 };
  let lengths = new Map<number, number>();
  for (let i = aLow; i < aHigh; i++) {
    const next = new Map<number, number>();
    for (const j of index.get(a[i] ?? '') ?? []) {
      if (j < bLow) continue;
      if (j >= bHigh) break;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size };
    }
    lengths = next;
  }
  while (best.a > aLow && best.b > bLow && a[best.a - 1] === b[best.b - 1]) {
    best = { a: best.a - 1, b: best.b - 1, size: best.size + 1 };
  }
  while (best.a + best.size < aHigh && best.b + best.size < bHigh && a[best.a + best.size] === b[best.b + best.size]) {
    best = { ...best, size: best.size + 1 };
  }
  return best;
}

function matches(a: readonly string[], b: readonly string[]): Match[] {
  const index = indexLines(b);
  const find = (range: Range): Match[] => {
    const m = longestMatch(a, b, index, range);
    if (m.size === 0) return [];
    const [aLow, aHigh, bLow, bHigh] = range;
    return [...find([aLow, m.a, bLow, m.b]), m, ...find([m.a + m.size, aHigh, m.b + m.size, bHigh])];
  };
  return [...find([0, a.length, 0, b.length]), { a: a.length, b: b.length, size: 0 }];
}

function operations(a: readonly string[], b: readonly string[]): Op[] {
  const ops: Op[] = [];
  let i = 0;
  let j = 0;
  for (const m of matches(a, b)) {
    if (i < m.a || j < m.b) {
      const tag = i < m.a && j < m.b ? 'replace' : i < m.a ? 'delete' : 'insert';
      ops.push({ tag, a1: i, a2: m.a, b1: j, b2: m.b });
    }
    i = m.a + m.size;
    j = m.b + m.size;
    if (m.size) ops.push({ tag: 'equal', a1: m.a, a2: i, b1: m.b, b2: j });
  }
  return ops;
}

/** Cuts long equal runs, so that each group is one hunk. */
function hunks(ops: readonly Op[]): Op[][] {
  const groups: Op[][] = [];
  let group: Op[] = [];
  ops.forEach((op, i) => {
    if (op.tag !== 'equal') {
      group.push(op);
      return;
    }
    const lead = { ...op, a1: Math.max(op.a1, op.a2 - CONTEXT), b1: Math.max(op.b1, op.b2 - CONTEXT) };
    const tail = { ...op, a2: Math.min(op.a2, op.a1 + CONTEXT), b2: Math.min(op.b2, op.b1 + CONTEXT) };
    if (i === 0) group.push(lead);
    else if (i === ops.length - 1) group.push(tail);
    else if (op.a2 - op.a1 > 2 * CONTEXT) {
      groups.push([...group, tail]);
      group = [lead];
    } else group.push(op);
  });
  groups.push(group);
  return groups.filter((g) => g.some((op) => op.tag !== 'equal'));
}

function span(start: number, end: number): string {
  const length = end - start;
  if (length === 1) return String(start + 1);
  return `${length ? start + 1 : start},${length}`;
}

/** A unified diff of two texts, without file names; '' when they are equal. Same choices as Python's and Go's difflib. */
export function unifiedDiff(before: string, after: string): string {
  const a = before.split('\n');
  const b = after.split('\n');
  const out: string[] = [];
  for (const hunk of hunks(operations(a, b))) {
    const first = hunk[0];
    const last = hunk.at(-1);
    if (!first || !last) continue;
    out.push(`@@ -${span(first.a1, last.a2)} +${span(first.b1, last.b2)} @@`);
    for (const op of hunk) {
      if (op.tag === 'equal') out.push(...a.slice(op.a1, op.a2).map((line) => ` ${line}`));
      if (op.tag === 'delete' || op.tag === 'replace') out.push(...a.slice(op.a1, op.a2).map((line) => `-${line}`));
      if (op.tag === 'insert' || op.tag === 'replace') out.push(...b.slice(op.b1, op.b2).map((line) => `+${line}`));
    }
  }
  return out.map((line) => `${line}\n`).join('');
}
