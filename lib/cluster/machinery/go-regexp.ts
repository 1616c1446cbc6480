const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'a-zA-Z0-9',
  alpha: 'a-zA-Z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  digit: '0-9',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};

/**
 * Compiles a regular expression in Go's syntax (RE2): flags at its start, named groups, classes such as `[[:alpha:]]`.
 * Throws a SyntaxError.
 *
 *     goRegExp('^(?i)[[:alpha:]]+\\z') is /^[a-zA-Z]+$/iu
 */
export function goRegExp(pattern: string): RegExp {
  let flags = '';
  const text = pattern
    .replace(/^(\^?)\(\?([imsU]+)\)/, (_whole, start: string, given: string) => {
      flags = given.replace('U', '');
      return start;
    })
    .replace(/\(\?P</g, '(?<')
    .replace(/\[:(\w+):\]/g, (whole, name: string) => CLASSES[name] ?? whole)
    .replace(/\\[\s\S]/g, (escape) => (escape === '\\A' ? '^' : escape === '\\z' ? '$' : escape));
  try {
    return new RegExp(text, `${flags}u`);
  } catch {
    // Go lets any sign be escaped, JavaScript only where it does not look at code points.
    return new RegExp(text, flags);
  }
}
