import type { JournalEntry } from '../units.ts';
import type { NodeTool } from './node-tool.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Nov 21 10:08:06 node01 kubelet[1234]: text`. */
export function formatEntry(entry: JournalEntry, host: string): string {
  const d = new Date(entry.at);
  return `${MONTHS[d.getUTCMonth()]} ${String(d.getUTCDate()).padStart(2, '0')} ${d.toISOString().slice(11, 19)} ${host} ${entry.source}: ${entry.text}`;
}

export const journalctl: NodeTool = {
  name: 'journalctl',
  async run(args, io, { units, name, clock }) {
    let unit: string | undefined;
    let last = Infinity;
    for (let i = 0; i < args.length; i++) {
      const arg = args[i] ?? '';
      const value = () => (arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : (args[++i] ?? ''));
      if (/^(-\w*u|--unit)/.test(arg)) unit = /^-u./.test(arg) ? arg.slice(2) : value();
      else if (/^(-n|--lines)/.test(arg)) last = Number(/^-n\d/.test(arg) ? arg.slice(2) : value());
    }
    const full = unit && !unit.includes('.') ? `${unit}.service` : unit;
    const wanted = units.journal.filter((e) => !full || e.unit === full);
    const shown = last === Infinity ? wanted : wanted.slice(-last);
    if (args.includes('-r') || args.includes('--reverse')) shown.reverse();
    await io.out(shown.length ? shown.map((e) => `${formatEntry(e, name)}\n`).join('') : '-- No entries --\n');
    if (!args.some((a) => a === '-f' || a === '--follow' || /^-[a-z]*f[a-z]*$/.test(a))) return 0;
    let seen = units.journal.at(-1);
    while (!io.call.signal.aborted) {
      await new Promise<void>((done) => {
        const timer = clock.after(500, done);
        io.call.signal.addEventListener('abort', () => {
          timer.cancel();
          done();
        });
      });
      const from = seen ? units.journal.indexOf(seen) + 1 : 0;
      const fresh = units.journal.slice(from).filter((e) => !full || e.unit === full);
      seen = units.journal.at(-1);
      await io.out(fresh.map((e) => `${formatEntry(e, name)}\n`).join(''));
    }
    return 0;
  },
};
