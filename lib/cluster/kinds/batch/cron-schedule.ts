/**
 * The five fields of a cron line, read as robfig/cron's standard parser does, with its words for what is wrong. Each is a
 * set of the values that match; `star` says that the field is `*` or `?` without a step, which matters to days.
 */
export interface CronSchedule {
  minute: CronField;
  hour: CronField;
  dayOfMonth: CronField;
  month: CronField;
  dayOfWeek: CronField;
}

export interface CronField {
  values: ReadonlySet<number>;
  star: boolean;
}

export type ParsedSchedule =
  | { ok: true; schedule: CronSchedule }
  /** `@every 1h30m`. */
  | { ok: true; every: number }
  | { ok: false; error: string };

interface Bounds {
  min: number;
  max: number;
  names?: Readonly<Record<string, number>>;
}

const named = (names: string, from: number) => Object.fromEntries(names.split(' ').map((n, i) => [n, i + from]));
const BOUNDS: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: named('jan feb mar apr may jun jul aug sep oct nov dec', 1) },
  { min: 0, max: 6, names: named('sun mon tue wed thu fri sat', 0) },
];

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** Carries a parser's complaint to `parseSchedule`, which makes it a value. */
class Complaint extends Error {}

function integer(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    throw new Complaint(
      `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  const n = Number(text);
  if (n < 0) throw new Complaint(`negative number (${n}) not allowed: ${text}`);
  return n;
}

const value = (text: string, { names }: Bounds) => names?.[text.toLowerCase()] ?? integer(text);

/** `5`, `1-5`, `10/15`, `1-30/2`. */
function range(text: string, bounds: Bounds): CronField {
  const parts = text.split('/');
  const ends = (parts[0] ?? '').split('-');
  const single = ends.length === 1;
  const star = ends[0] === '*' || ends[0] === '?';
  let first = bounds.min;
  let last = bounds.max;
  if (!star) {
    first = value(ends[0] ?? '', bounds);
    if (ends.length > 2) throw new Complaint(`too many hyphens: ${text}`);
    last = single ? first : value(ends[1] ?? '', bounds);
  }
  let step = 1;
  if (parts.length > 2) throw new Complaint(`too many slashes: ${text}`);
  if (parts.length === 2) {
    step = integer(parts[1] ?? '');
    if (single) last = bounds.max;
  }
  if (first < bounds.min) throw new Complaint(`beginning of range (${first}) below minimum (${bounds.min}): ${text}`);
  if (last > bounds.max) throw new Complaint(`end of range (${last}) above maximum (${bounds.max}): ${text}`);
  if (first > last) throw new Complaint(`beginning of range (${first}) beyond end of range (${last}): ${text}`);
  if (step === 0) throw new Complaint(`step of range should be a positive number: ${text}`);
  const values = new Set<number>();
  for (let v = first; v <= last; v += step) values.add(v);
  return { values, star: star && step === 1 };
}

function field(text: string, bounds: Bounds): CronField {
  const ranges = text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => range(part, bounds));
  return { values: new Set(ranges.flatMap((r) => [...r.values])), star: ranges.some((r) => r.star) };
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Go's ParseDuration, as far as `@every` needs it; undefined when the text is none. */
function duration(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d*)?)(ms|h|m|s)/g)];
  if (!parts.length || parts.map((p) => p[0]).join('') !== text) return undefined;
  return parts.reduce((sum, p) => sum + Number(p[1]) * (UNITS[p[2] ?? ''] ?? 0), 0);
}

function descriptor(text: string): ParsedSchedule {
  const line = DESCRIPTORS[text];
  if (line) return parseSchedule(line);
  if (text.startsWith('@every ')) {
    const rest = text.slice('@every '.length);
    const every = duration(rest);
    if (every !== undefined) return { ok: true, every: Math.max(1000, Math.floor(every / 1000) * 1000) };
    return { ok: false, error: `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(rest)}` };
  }
  return { ok: false, error: `unrecognized descriptor: ${text}` };
}

/** Reads a schedule. A leading `TZ=…` or `CRON_TZ=…` is skipped: the caller refuses it. */
export function parseSchedule(text: string): ParsedSchedule {
  if (text === '') return { ok: false, error: 'empty spec string' };
  const line = /^(?:CRON_)?TZ=\S*\s+/.test(text) ? text.replace(/^\S+\s+/, '').trim() : text;
  if (line.startsWith('@')) return descriptor(line);
  const fields = line.split(/\s+/).filter((part) => part !== '');
  if (fields.length !== BOUNDS.length) {
    return {
      ok: false,
      error: `expected exactly ${BOUNDS.length} fields, found ${fields.length}: [${fields.join(' ')}]`,
    };
  }
  try {
    const [minute, hour, dayOfMonth, month, dayOfWeek] = BOUNDS.map((bounds, i) => field(fields[i] ?? '', bounds)) as [
      CronField,
      CronField,
      CronField,
      CronField,
      CronField,
    ];
    return { ok: true, schedule: { minute, hour, dayOfMonth, month, dayOfWeek } };
  } catch (err) {
    if (err instanceof Complaint) return { ok: false, error: err.message };
    throw err;
  }
}
