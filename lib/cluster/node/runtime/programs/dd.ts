import { isFsError } from '../fs/fs-error.ts';
import type { Program } from '../process.ts';
import { at, why } from './operands.ts';

export const dd: Program = async (p, args) => {
  const given = new Map(args.map((a) => [a.split('=')[0] ?? '', a.split('=').slice(1).join('=')]));
  const size = (text: string) =>
    Number.parseInt(text, 10) *
    (/k$/i.test(text) ? 1024 : /m$/i.test(text) ? 1024 ** 2 : /g$/i.test(text) ? 1024 ** 3 : 1);
  const block = size(given.get('bs') ?? '512');
  const count = given.has('count') ? Number(given.get('count')) : undefined;
  const [source, target] = [given.get('if'), given.get('of')];
  let read = 0;
  let written = 0;
  let status = 0;
  if (target) p.fs.writeFile(at(p, target), '');
  const input =
    source && source.startsWith('/dev/') ? undefined : source ? p.fs.readFile(at(p, source)) : await p.readAll();
  const blocks = count ?? (input ? Math.ceil(input.length / block) : 1024);
  for (let i = 0; i < Math.min(blocks, 4096); i++) {
    const data = input ? input.subarray(i * block, (i + 1) * block) : new Uint8Array(Math.min(block, 16 * 1024 ** 2));
    if (data.length === 0) break;
    read++;
    try {
      if (target) p.fs.writeFile(at(p, target), data, { append: true });
      else await p.print(data);
      written++;
    } catch (err) {
      if (!isFsError(err)) throw err;
      await p.warn(`dd: error writing '${target}': ${why(err)}\n`);
      status = 1;
      break;
    }
    if (i % 8 === 7) await p.sleep(1);
  }
  await p.warn(`${read}+0 records in\n${written}+0 records out\n`);
  if (status === 0) await p.warn(`${written * block} bytes copied\n`);
  return status;
};
