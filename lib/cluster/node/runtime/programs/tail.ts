import type { Program } from '../process.ts';
import { at, each } from './operands.ts';
import { options as parseOptions } from './options.ts';

/** `tail`, which can follow a file as it grows. */
export const tail: Program = async (p, args) => {
  const { flags, values, operands } = parseOptions(
    args.map((a) => (/^-\d+$/.test(a) ? `-n${a.slice(1)}` : a)),
    'nc',
  );
  const count = values.get('n') ?? '10';
  const take = (text: string) => {
    const lines = text.split('\n');
    const last = lines.pop();
    if (last) lines.push(last);
    const kept = count.startsWith('+')
      ? lines.slice(Number(count) - 1)
      : Number(count) === 0
        ? []
        : lines.slice(-Number(count));
    return kept.length ? kept.join('\n') + (text.endsWith('\n') ? '\n' : '') : '';
  };
  if (operands.includes('/dev/zero')) {
    // It keeps all that it reads, and this never ends.
    if (p.world.limits.memory !== undefined) p.world.processes.outOfMemory(p.world);
    return p.forever();
  }
  if (operands.length === 0) {
    const data = await p.readAll();
    await p.print(values.has('c') ? data.subarray(-Number(values.get('c'))) : take(Buffer.from(data).toString()));
    return 0;
  }
  const seen = new Map<string, number>();
  const status = await each(
    p,
    'tail',
    operands,
    (path) => `can't open '${path}'`,
    async (path) => {
      const data = p.fs.readFile(at(p, path));
      seen.set(path, data.length);
      if (operands.length > 1) await p.print(`${seen.size > 1 ? '\n' : ''}==> ${path} <==\n`);
      await p.print(values.has('c') ? data.subarray(-Number(values.get('c'))) : take(Buffer.from(data).toString()));
    },
  );
  if (!flags.has('f') && !flags.has('F')) return status;
  for (;;) {
    if (seen.size === 0 && !flags.has('F')) {
      if (!operands.some((o) => o === '/dev/null')) await p.warn('tail: no files\n');
      return 1;
    }
    await p.sleep(1000);
    for (const path of operands) {
      if (path.startsWith('/dev/') || !p.fs.exists(at(p, path))) continue;
      const from = seen.get(path) ?? 0;
      const size = p.fs.stat(at(p, path)).size;
      if (size > from) await p.print(p.fs.readFile(at(p, path)).subarray(from));
      seen.set(path, size);
    }
  }
};
