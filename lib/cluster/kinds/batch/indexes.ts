/** What the text of an index list says: how many indexes it names, or what is wrong with it. */
export type IndexCount = { ok: true; total: number } | { ok: false; error: string };

type Interval = { ok: true; first: number; last: number } | { ok: false; error: string };

const quote = (text: string) => JSON.stringify(text);

function parseInterval(text: string, completions: number): Interval {
  const parts = text.split('-');
  if (parts.length > 2) {
    return {
      ok: false,
      error: `the fragment ${quote(text)} violates the requirement that an index interval can have at most two parts separated by '-'`,
    };
  }
  for (const part of parts) {
    if (!/^\d+$/.test(part)) return { ok: false, error: `cannot convert string to integer for index: ${quote(part)}` };
    if (Number(part) >= completions) return { ok: false, error: `too large index: ${quote(part)}` };
  }
  const first = Number(parts[0]);
  const last = Number(parts[1] ?? parts[0]);
  if (parts.length === 2 && first >= last) {
    return { ok: false, error: `non-increasing order, previous: ${first}, current: ${last}` };
  }
  return { ok: true, first, last };
}

/** Counts the indexes of `0-2,5`, which must grow and stay below the number of completions. */
export function countIndexes(text: string, completions: number): IndexCount {
  let total = 0;
  let previous = -1;
  for (const fragment of text === '' ? [] : text.split(',')) {
    const interval = parseInterval(fragment, completions);
    if (!interval.ok) return interval;
    if (previous >= interval.first) {
      return { ok: false, error: `non-increasing order, previous: ${previous}, current: ${interval.first}` };
    }
    total += interval.last - interval.first + 1;
    previous = interval.last;
  }
  return { ok: true, total };
}

/** The smallest index that two index lists share; intervals that do not parse are passed over. */
export function firstOverlap(one: string, other: string, completions: number): number | undefined {
  const intervals = (text: string) =>
    text.split(',').flatMap((fragment) => {
      const interval = parseInterval(fragment, completions);
      return interval.ok ? [interval] : [];
    });
  const [a, b] = [intervals(one), intervals(other)];
  for (let i = 0, j = 0; ;) {
    const [left, right] = [a[i], b[j]];
    if (!left || !right) return undefined;
    if (left.first <= right.last && right.first <= left.last) return Math.max(left.first, right.first);
    if (left.first <= right.first) i++;
    else j++;
  }
}
