/** Splits single-letter options from operands: `-rf x` is flags r and f. Letters of `withValue` take one. */
export function options(
  args: readonly string[],
  withValue = '',
): { flags: Set<string>; values: Map<string, string>; operands: string[] } {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const operands: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--') {
      operands.push(...args.slice(i + 1));
      break;
    }
    if (!/^-./.test(arg)) operands.push(arg);
    else if (arg.startsWith('--')) {
      const [name = '', value] = arg.slice(2).split(/=(.*)/s);
      if (value === undefined) flags.add(name);
      else values.set(name, value);
    } else {
      for (let j = 1; j < arg.length; j++) {
        const letter = arg[j] ?? '';
        if (!withValue.includes(letter)) flags.add(letter);
        else {
          values.set(letter, arg.slice(j + 1) || (args[++i] ?? ''));
          break;
        }
      }
    }
  }
  return { flags, values, operands };
}
