/**
 * A line as Kubernetes' components log it, from its severity and text:
 * `E file.go:1] text` → `E1121 10:08:06.000000       1 file.go:1] text`. Other lines stay as they are.
 */
export function klog(line: string, now: number, pid: number): string {
  const match = /^([IWEF]) (.*)$/s.exec(line);
  if (!match) return line;
  const d = new Date(now);
  const two = (n: number) => String(n).padStart(2, '0');
  const date = `${two(d.getUTCMonth() + 1)}${two(d.getUTCDate())}`;
  return `${match[1]}${date} ${d.toISOString().slice(11, 23)}000 ${String(pid).padStart(7)} ${match[2]}`;
}
