/** A macro that evaluates its last arguments for each element of its target, under the names that come before them. */
export interface Comprehension {
  /** How many names it declares: one for the element (a map's key), two for index or key and value. */
  names: 1 | 2;
  /** What it makes of the elements. */
  makes: 'bool' | 'selection' | 'list' | 'map' | 'entries';
}

const QUANTIFIERS = ['all', 'exists', 'exists_one', 'existsOne'];

/** Which comprehension `list.NAME(…)` is, given how many arguments it has; undefined for an ordinary method. */
export function comprehension(name: string, given: number): Comprehension | undefined {
  if (QUANTIFIERS.includes(name) && (given === 2 || given === 3)) return { names: given === 3 ? 2 : 1, makes: 'bool' };
  if (name === 'filter' && given === 2) return { names: 1, makes: 'selection' };
  if (name === 'sortBy' && given === 2) return { names: 1, makes: 'selection' };
  if (name === 'map' && (given === 2 || given === 3)) return { names: 1, makes: 'list' };
  if (given !== 3 && given !== 4) return undefined;
  if (name === 'transformList') return { names: 2, makes: 'list' };
  if (name === 'transformMap') return { names: 2, makes: 'map' };
  return name === 'transformMapEntry' ? { names: 2, makes: 'entries' } : undefined;
}
