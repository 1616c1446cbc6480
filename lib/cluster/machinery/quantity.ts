/** Resource quantities (`100m`, `64Mi`, `1e3`) as exact numbers of nano-units. Source: apimachinery/pkg/api/resource. */
const NANO = 1_000_000_000n;
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const DECIMAL_BY_POWER = new Map(Object.entries(DECIMAL).map(([suffix, power]) => [power, suffix]));
const SHAPE = /^([+-]?)(\d+\.?\d*|\.\d+)(?:(Ki|Mi|Gi|Ti|Pi|Ei)|([numkMGTPE])|[eE]([+-]?\d+))?$/;

export type QuantityFormat = 'binary' | 'decimal' | 'exponent';

export interface Quantity {
  /** In nano-units; what is finer is rounded up, as upstream does. */
  nanos: bigint;
  format: QuantityFormat;
}

/** What upstream answers to a text that is no quantity. */
export const QUANTITY_PATTERN_ERROR =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** Reads a quantity; undefined when the text is none. Numbers are taken as their decimal text. */
export function parseQuantity(text: string | number): Quantity | undefined {
  const m = SHAPE.exec(String(text));
  if (!m) return undefined;
  const [, sign, digits = '', binary, decimal, exponent] = m;
  const [whole = '', fraction = ''] = digits.split('.');
  const mantissa = BigInt(whole + fraction || '0');
  const factor = binary ? 1024n ** BigInt(BINARY.indexOf(binary)) : 1n;
  const power = 9 - fraction.length + (exponent ? Number(exponent) : decimal ? (DECIMAL[decimal] ?? 0) : 0);
  if (Math.abs(power) > 60) return undefined;
  const scaled = mantissa * factor;
  const divisor = 10n ** BigInt(Math.max(-power, 0));
  const nanos = power >= 0 ? scaled * 10n ** BigInt(power) : (scaled + divisor - 1n) / divisor;
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
