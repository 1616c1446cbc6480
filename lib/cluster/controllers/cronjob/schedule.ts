/** Cron schedules as robfig/cron's standard parser reads them: five fields or a descriptor such as `@daily`. */
const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MINUTE = 60_000;
const DAY = 86_400_000;

interface Field {
  values: ReadonlySet<number>;
  /** `*` or `?`: a day field that does not restrict. */
  any: boolean;
}

interface Schedule {
  minute: Field;
  hour: Field;
  day: Field;
  month: Field;
  weekday: Field;
}

function field(text: string, least: number, most: number, names: readonly string[] = []): Field {
  const values = new Set<number>();
  const number = (word: string) => {
    const named = names.indexOf(word.toLowerCase());
    return named >= 0 ? named + (names === MONTHS ? 1 : 0) : Number(word);
  };
  for (const part of text.split(',')) {
    const [range = '', stepText] = part.split('/');
    const step = stepText === undefined ? 1 : Number(stepText);
    const [fromText = '', toText] = range.split('-');
    const all = range === '*' || range === '?';
    const from = all ? least : number(fromText);
    const to = all ? most : toText !== undefined ? number(toText) : stepText === undefined ? from : most;
    if (!(step >= 1)) continue;
    for (let n = from; n <= to; n += step) values.add(names === DAYS && n === 7 ? 0 : n);
  }
  return { values, any: /^[*?](\/1)?$/.test(text) };
}

function parse(text: string): Schedule | undefined {
  const fields = (DESCRIPTORS[text] ?? text).trim().split(/\s+/);
  if (fields.length !== 5) return undefined;
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  return {
    minute: field(minute, 0, 59),
    hour: field(hour, 0, 23),
    day: field(day, 1, 31),
    month: field(month, 1, 12, MONTHS),
    weekday: field(weekday, 0, 6, DAYS),
  };
}

/** Local wall-clock time minus UTC, in milliseconds. */
function offset(ms: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(ms);
  const get = (type: string) => Number(parts.find((p) => p.type === type)?.value ?? 0);
  const wall = Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second'));
  return wall - Math.floor(ms / 1000) * 1000;
}

/** The first time after `after` that a schedule names; undefined when there is none within five years, or it cannot be read. */
export function nextTime(schedule: string, after: number, timeZone = 'UTC'): number | undefined {
  const every = /^@every (?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(schedule);
  if (every) {
    const [, h = 0, m = 0, s = 0] = every.map(Number);
    const period = ((h || 0) * 3600 + (m || 0) * 60 + (s || 0)) * 1000;
    return period > 0 ? Math.floor(after / 1000) * 1000 + period : undefined;
  }
  const parsed = parse(schedule);
  if (!parsed) return undefined;
  const { minute, hour, day, month, weekday } = parsed;
  let wall = Math.floor((after + offset(after, timeZone)) / MINUTE) * MINUTE + MINUTE;
  const horizon = wall + 5 * 366 * DAY;
  while (wall < horizon) {
    const date = new Date(wall);
    const onDay = day.values.has(date.getUTCDate());
    const onWeekday = weekday.values.has(date.getUTCDay());
    // Two restricted day fields are alternatives.
    const fits = day.any || weekday.any ? onDay && onWeekday : onDay || onWeekday;
    if (!month.values.has(date.getUTCMonth() + 1) || !fits) wall = Math.floor(wall / DAY) * DAY + DAY;
    else if (!hour.values.has(date.getUTCHours())) wall = Math.floor(wall / 3_600_000) * 3_600_000 + 3_600_000;
    else if (!minute.values.has(date.getUTCMinutes())) wall += MINUTE;
    else return wall - offset(wall - offset(wall, timeZone), timeZone);
  }
  return undefined;
}
