/** A command line as Go's pflag reads it. */
export interface CommandLine {
  /** Name without dashes → value; 'true' for a flag that takes none. The last of a repeated flag wins. */
  flags: ReadonlyMap<string, string>;
  operands: readonly string[];
}

/**
 * Reads flags and operands in any order. `booleans` names the flags that take no value of their own; one-letter flags are
 * looked up in `letters`. `['-w', 'table', 'get', '--prefix', '/a']` is w=table, prefix=true and the operands get, /a.
 */
export function commandLine(
  args: readonly string[],
  booleans: readonly string[],
  letters: Readonly<Record<string, string>> = {},
): CommandLine {
  const flags = new Map<string, string>();
  const operands: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--') {
      operands.push(...args.slice(i + 1));
      break;
    }
    const match = /^--?([^=]+)(?:=(.*))?$/s.exec(arg);
    if (!match?.[1]) {
      operands.push(arg);
      continue;
    }
    const short = !arg.startsWith('--') && match[1].length > 1 && letters[match[1][0] ?? ''] !== undefined;
    const name = arg.startsWith('--') ? match[1] : (letters[match[1][0] ?? ''] ?? match[1]);
    if (short && match[2] === undefined) flags.set(name, match[1].slice(1));
    else if (match[2] !== undefined) flags.set(name, match[2]);
    else if (booleans.includes(name)) flags.set(name, 'true');
    else flags.set(name, args[++i] ?? '');
  }
  return { flags, operands };
}
