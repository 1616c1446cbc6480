const RESERVED = new Set([
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
]);

const SIGNS: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/**
 * How an expression names a field: `foo-bar` is `foo__dash__bar`, `namespace` is `__namespace__`. Undefined for names that
 * no expression can reach.
 */
export function celFieldName(name: string): string | undefined {
  if (RESERVED.has(name)) return `__${name}__`;
  const escaped = name.replace(/__|[./-]/g, (sign) => SIGNS[sign] ?? sign);
  return /^[A-Za-z_]\w*$/.test(escaped) ? escaped : undefined;
}
