import type { Program } from '../process.ts';
import { resolve } from './names.ts';

/** `getent hosts NAME…` (and `ahosts`): addresses as the C library finds them; 2 when it finds none. */
export const getent: Program = async (p, args) => {
  const [database = '', ...keys] = args;
  if (database === 'passwd' || database === 'group') {
    const lines = p.fs.readText(`/etc/${database}`).split('\n').filter(Boolean);
    const wanted = lines.filter(
      (l) => keys.length === 0 || keys.some((k) => l.split(':')[0] === k || l.split(':')[2] === k),
    );
    for (const line of wanted) await p.print(`${line}\n`);
    return keys.length > 0 && wanted.length === 0 ? 2 : 0;
  }
  if (database !== 'hosts' && database !== 'ahosts' && database !== 'ahostsv4') {
    await p.warn(`Unknown database: ${database}\n`);
    return 1;
  }
  let status = 0;
  for (const key of keys) {
    const ip = await resolve(p, key).catch(() => undefined);
    if (ip === undefined) status = 2;
    else await p.print(database === 'hosts' ? `${ip.padEnd(15)} ${key}\n` : `${ip.padEnd(15)} STREAM ${key}\n`);
  }
  return status;
};
