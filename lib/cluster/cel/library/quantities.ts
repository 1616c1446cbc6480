import { parseQuantity } from '../../machinery/quantity.ts';
import type { Library } from './library.ts';

class CelQuantity {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

const UNIT = 1_000_000_000n;

function read(text: string): CelQuantity {
  const parsed = parseQuantity(text);
  if (!parsed)
    throw new Error("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  return new CelQuantity(parsed.nanos);
}

const nanos = (value: CelQuantity | bigint) => (typeof value === 'bigint' ? value * UNIT : value.nanos);
const whole = (q: CelQuantity) => q.nanos % UNIT === 0n;

/** `quantity('1Gi').isGreaterThan(quantity('500Mi'))` */
export const quantities: Library = {
  types: [{ name: 'kubernetes.Quantity', ctor: CelQuantity }],
  functions: [
    ['quantity(string): kubernetes.Quantity', read],
    ['isQuantity(string): bool', (text: string) => parseQuantity(text) !== undefined],
    ['kubernetes.Quantity.sign(): int', (q: CelQuantity) => (q.nanos > 0n ? 1n : q.nanos < 0n ? -1n : 0n)],
    ['kubernetes.Quantity.isInteger(): bool', whole],
    [
      'kubernetes.Quantity.asInteger(): int',
      (q: CelQuantity) => {
        if (!whole(q)) throw new Error('cannot convert value to integer');
        return q.nanos / UNIT;
      },
    ],
    ['kubernetes.Quantity.asApproximateFloat(): double', (q: CelQuantity) => Number(q.nanos) / 1e9],
    ...(['kubernetes.Quantity', 'int'] as const).flatMap((other) => [
      [
        `kubernetes.Quantity.add(${other}): kubernetes.Quantity`,
        (a: CelQuantity, b: CelQuantity | bigint) => new CelQuantity(a.nanos + nanos(b)),
      ] as const,
      [
        `kubernetes.Quantity.sub(${other}): kubernetes.Quantity`,
        (a: CelQuantity, b: CelQuantity | bigint) => new CelQuantity(a.nanos - nanos(b)),
      ] as const,
    ]),
    [
      'kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool',
      (a: CelQuantity, b: CelQuantity) => a.nanos < b.nanos,
    ],
    [
      'kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool',
      (a: CelQuantity, b: CelQuantity) => a.nanos > b.nanos,
    ],
    [
      'kubernetes.Quantity.compareTo(kubernetes.Quantity): int',
      (a: CelQuantity, b: CelQuantity) => (a.nanos < b.nanos ? -1n : a.nanos > b.nanos ? 1n : 0n),
    ],
  ],
};
