/** A table with borders, as etcdctl's `-w table` draws it: headers in the middle, numbers on the right. */
export function boxTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const rule = `+${widths.map((w) => '-'.repeat(w + 2)).join('+')}+\n`;
  const line = (cells: readonly string[], place: (text: string, width: number) => string) =>
    `|${cells.map((cell, i) => ` ${place(cell, widths[i] ?? 0)} `).join('|')}|\n`;
  const middle = (text: string, width: number) =>
    text.padStart(text.length + Math.floor((width - text.length) / 2)).padEnd(width);
  const side = (text: string, width: number) =>
    /^[\d.]+( [kMG]B|%)?$/.test(text) || /^(true|false)$/.test(text) ? text.padStart(width) : text.padEnd(width);
  return rule + line(header, middle) + rule + rows.map((row) => line(row, side)).join('') + rule;
}

/** Columns padded to the widest cell, `gap` blanks apart; the last one keeps its padding when `trailing` says so. */
export function columns(rows: readonly (readonly string[])[], gap: number, trailing = false): string {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]) => row.map((cell, i) => cell.padEnd((widths[i] ?? 0) + gap)).join('');
  return rows.map((row) => `${trailing ? line(row) : line(row).trimEnd()}\n`).join('');
}
