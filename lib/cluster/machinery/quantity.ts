/** Resource quantities (`100m`, `64Mi`, `1e3`) as exact numbers of nano-units. Source: apimachinery/pkg/api/resource. */
const NANO = 1_000_000_000n;
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const DECIMAL_BY_POWER = new Map(Object.entries(DECIMAL).map(([suffix, power]) => [power, suffix]));
/** Digits may be missing altogether (`+`, `.`, `Mi` are zero), as upstream's parser has it. */
const SHAPE = /^([+-]?)(\d*)(?:\.(\d*))?(?:(Ki|Mi|Gi|Ti|Pi|Ei)|([numkMGTPE])|[eE]([+-]?\d+))?$/;
/** What has a number and something like a suffix: another suffix is the fault then, else the whole form. */
const SPLIT = /^[+-]?\d*(?:\.\d*)?[eEinumkKMGTP]*[+-]?\d*$/;

export type QuantityFormat = 'binary' | 'decimal' | 'exponent';

export interface Quantity {
  /** In nano-units; what is finer is rounded up, as upstream does. */
  nanos: bigint;
  format: QuantityFormat;
}

/** What upstream answers to a text that is no quantity. */
export const QUANTITY_PATTERN_ERROR =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const QUANTITY_SUFFIX_ERROR = "unable to parse quantity's suffix";

/** Upstream holds no larger amount: 2^63-1 whole units. */
const MAX_NANOS = (2n ** 63n - 1n) * NANO;
/** Powers of ten beyond which an amount is surely above the largest or below the smallest that upstream holds. */
const MAX_POWER = 60;
/** Longer numbers are refused, so that hostile ones cost no time. */
const MAX_DIGITS = 400;

/** Why a text is no quantity, in upstream's words; undefined when it is one. */
export function quantityError(text: string | number): string | undefined {
  if (parseQuantity(text)) return undefined;
  return String(text) !== '' && SPLIT.test(String(text)) ? QUANTITY_SUFFIX_ERROR : QUANTITY_PATTERN_ERROR;
}

/** Reads a quantity; undefined when the text is none. Numbers are taken as their decimal text. */
export function parseQuantity(text: string | number): Quantity | undefined {
  const m = SHAPE.exec(String(text));
  if (!m || text === '') return undefined;
  const [, sign, whole = '', fraction = '', binary, decimal, exponent] = m;
  if (whole.length + fraction.length > MAX_DIGITS) return undefined;
  const mantissa = BigInt(whole + fraction || '0');
  const factor = binary ? 1024n ** BigInt(BINARY.indexOf(binary)) : 1n;
  const power = 9 - fraction.length + (exponent ? Number(exponent) : decimal ? (DECIMAL[decimal] ?? 0) : 0);
  const scaled = mantissa * factor;
  let nanos: bigint;
  if (scaled === 0n) nanos = 0n;
  else if (power > MAX_POWER) nanos = MAX_NANOS;
  else if (power < -MAX_POWER - fraction.length) nanos = 1n;
  else {
    const divisor = 10n ** BigInt(Math.max(-power, 0));
    nanos = power >= 0 ? scaled * 10n ** BigInt(power) : (scaled + divisor - 1n) / divisor;
  }
  if (nanos > MAX_NANOS) nanos = MAX_NANOS;
  return { nanos: sign === '-' ? -nanos : nanos, format: binary ? 'binary' : exponent ? 'exponent' : 'decimal' };
}

/** A quantity's canonical text: the largest suffix that keeps it whole. */
export function formatQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return '0';
  const sign = nanos < 0n ? '-' : '';
  const size = nanos < 0n ? -nanos : nanos;
  if (format === 'binary' && size % NANO === 0n && size >= 1024n * NANO) {
    let units = size / NANO;
    let step = 0;
    while (units % 1024n === 0n && step < BINARY.length - 1) {
      units /= 1024n;
      step++;
    }
    return `${sign}${units}${BINARY[step]}`;
  }
  let units = size;
  let power = -9;
  while (units % 1000n === 0n && power < 18) {
    units /= 1000n;
    power += 3;
  }
  if (format === 'exponent') return power === 0 ? `${sign}${units}` : `${sign}${units}e${power}`;
  return `${sign}${units}${DECIMAL_BY_POWER.get(power) ?? ''}`;
}

/** The canonical form of a quantity's text; a text that is none comes back unchanged. */
export function canonicalQuantity(text: string | number): string {
  const q = parseQuantity(text);
  return q ? formatQuantity(q) : String(text);
}

/** The canonical text of an amount in a resource list, where upstream's defaulting keeps no more than thousandths. */
export function canonicalResource(text: string | number): string {
  const q = parseQuantity(text);
  if (!q) return String(text);
  const milli = 1_000_000n;
  const rest = q.nanos % milli;
  const nanos = rest === 0n ? q.nanos : rest > 0n ? q.nanos - rest + milli : q.nanos - rest - milli;
  return formatQuantity({ ...q, nanos });
}

/** In nano-units, 0 for an absent or unreadable one: for sums and comparisons of validated quantities. */
export function quantityNanos(text: string | number | undefined): bigint {
  return text === undefined ? 0n : (parseQuantity(text)?.nanos ?? 0n);
}

/** Whole units, rounded up (Quantity.Value). */
export function quantityValue(text: string | number | undefined): number {
  const nanos = quantityNanos(text);
  return Number(nanos > 0n ? (nanos + NANO - 1n) / NANO : nanos / NANO);
}

/** Thousandths, rounded up (Quantity.MilliValue). */
export function quantityMilliValue(text: string | number | undefined): number {
  const nanos = quantityNanos(text);
  return Number(nanos > 0n ? (nanos + 999_999n) / 1_000_000n : nanos / 1_000_000n);
}
