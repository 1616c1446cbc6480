import { formatMicroTime, formatTime } from '../machinery/object.ts';

const LAYOUT = '2006-01-02T15:04:05Z07:00';

/** Parts of the layout in the order in which Go reads them: what each is called in errors and what it accepts. */
const PARTS: readonly { name: string; shape: RegExp; range?: [number, number, string] }[] = [
  { name: '2006', shape: /^\d{4}/ },
  { name: '-', shape: /^-/ },
  { name: '01', shape: /^\d{2}/, range: [1, 12, 'month'] },
  { name: '-', shape: /^-/ },
  { name: '02', shape: /^\d{2}/, range: [1, 31, 'day'] },
  { name: 'T', shape: /^T/ },
  { name: '15', shape: /^\d{2}/, range: [0, 23, 'hour'] },
  { name: ':', shape: /^:/ },
  { name: '04', shape: /^\d{2}/, range: [0, 59, 'minute'] },
  { name: ':', shape: /^:/ },
  { name: '05', shape: /^\d{2}(?:[.,]\d+)?/, range: [0, 59, 'second'] },
  { name: 'Z07:00', shape: /^(?:Z|[+-]\d{2}:\d{2})/ },
];

/** Reads an RFC 3339 time as Go's time.Parse does: a time in milliseconds, or Go's error text. */
export function parseGoTime(text: string): { ok: true; ms: number; fraction: string } | { ok: false; error: string } {
  const about = `parsing time ${JSON.stringify(text)}`;
  let rest = text;
  let fraction = '';
  for (const { name, shape, range } of PARTS) {
    const m = shape.exec(rest);
    if (!m)
      return {
        ok: false,
        error: `${about} as ${JSON.stringify(LAYOUT)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(name)}`,
      };
    if (name === '05') fraction = m[0].slice(3);
    const n = Number.parseInt(m[0], 10);
    if (range && (n < range[0] || n > range[1])) return { ok: false, error: `${about}: ${range[2]} out of range` };
    rest = rest.slice(m[0].length);
  }
  if (rest) return { ok: false, error: `${about}: extra text: ${JSON.stringify(rest)}` };
  const ms = Date.parse(text.replace(',', '.'));
  const day = Number(text.slice(8, 10));
  const lastDay = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
  if (Number.isNaN(ms) || day > lastDay) return { ok: false, error: `${about}: day out of range` };
  return { ok: true, ms, fraction };
}

/** The form in which a time is stored: UTC, whole seconds. */
export const storedTime = (ms: number): string => formatTime(Math.floor(ms / 1000) * 1000);

/** The form in which a MicroTime is stored: UTC, six digits of a second. */
export const storedMicroTime = (ms: number, fraction: string): string =>
  `${formatMicroTime(Math.floor(ms / 1000) * 1000).slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
