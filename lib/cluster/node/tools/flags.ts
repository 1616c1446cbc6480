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
  const queue = [...args];
  for (let i = 0; i < queue.length; i++) {
    const arg = queue[i] ?? '';
    if (arg === '--') {
      operands.push(...queue.slice(i + 1));
      break;
    }
    const match = /^--?([^=]+)(?:=(.*))?$/s.exec(arg);
    if (!match?.[1]) {
      operands.push(arg);
      continue;
    }
    if (!arg.startsWith('--') && match[1].length > 1 && letters[match[1][0] ?? '']) {
      // Letters run together: `-aq`, and `-n5` with a value.
      const first = letters[match[1][0] ?? ''] ?? '';
      const others = arg.slice(2);
      if (booleans.includes(first)) {
        flags.set(first, 'true');
        queue.splice(i + 1, 0, `-${others}`);
      } else flags.set(first, others.replace(/^=/, ''));
      continue;
    }
    const name = arg.startsWith('--') ? match[1] : (letters[match[1]] ?? match[1]);
    if (match[2] !== undefined) flags.set(name, match[2]);
    else if (booleans.includes(name)) flags.set(name, 'true');
    else flags.set(name, queue[++i] ?? '');
  }
  return { flags, operands };
}
