/** How large data may be: what a schema says of it. */
export interface Sized {
  /** The most characters, elements or entries; 0 for what has none. */
  max: number;
  field(name: string): Sized | undefined;
  element?: Sized;
  key?: Sized;
}

/** How many characters, elements or entries a value has. */
export interface Size {
  min: number;
  max: number;
}

/** What is known of a node's value beside its cost. */
export interface Estimate {
  cost: number;
  /** Where in the data it is; undefined for what is computed. */
  place?: Sized;
  /** Of what is computed. */
  size?: Size;
  /** Of the elements of a computed list. */
  elements?: Size;
}

/** Where sums and products stop growing. */
export const MOST = 2 ** 64;

export const UNKNOWN: Size = { min: 0, max: MOST };

export const fixed = (size: number): Size => ({ min: size, max: size });
export const plus = (a: number, b: number): number => Math.min(MOST, a + b);
export const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : Math.min(MOST, a * b));

/** Encompasses all of some sizes; nothing has size 0. */
export function union(...sizes: readonly Size[]): Size {
  return sizes.length === 0
    ? fixed(0)
    : { min: Math.min(...sizes.map((s) => s.min)), max: Math.max(...sizes.map((s) => s.max)) };
}

export const sumOf = (a: Size, b: Size): Size => ({ min: plus(a.min, b.min), max: plus(a.max, b.max) });

/** What a string's traversal costs for each of its characters, and a regular expression for each of its own. */
export const TRAVERSAL = 0.1;
export const REGEX = 0.25;

/** The cost of so much for each unit, rounded up. */
export const costOf = (units: number, each: number): number => Math.min(MOST, Math.ceil(units * each));
