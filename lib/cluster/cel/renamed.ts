/** Functions whose own implementation of the parser's library is not Kubernetes', and what they are called instead: as long. */
const NAMES: Readonly<Record<string, string>> = { has: '_hs', matches: '_matchs' };
const ORIGINALS = new Map(Object.entries(NAMES).map(([name, other]) => [other, name]));

/** What a function is called for the parser. */
export const renamed = (name: string): string => NAMES[name] ?? name;

/** What an expression calls a function. */
export const originalName = (name: string): string => ORIGINALS.get(name) ?? name;

/** Renames the function at the end of a dotted name that is called: `self.name.matches`. */
export function renameCalled(dotted: string): string {
  const from = Math.max(dotted.lastIndexOf('.'), dotted.lastIndexOf(' '), dotted.lastIndexOf('\n')) + 1;
  return dotted.slice(0, from) + renamed(dotted.slice(from));
}
