import type { Library } from './library.ts';

class CelSemver {
  readonly parts: readonly [bigint, bigint, bigint];
  readonly pre: readonly string[];
  constructor(parts: readonly [bigint, bigint, bigint], pre: readonly string[]) {
    this.parts = parts;
    this.pre = pre;
  }
}

const PATTERN = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*))?(?:\+[\dA-Za-z.-]+)?$/;

function parse(text: string): CelSemver | undefined {
  const m = PATTERN.exec(text);
  if (!m) return undefined;
  return new CelSemver([BigInt(m[1] ?? 0), BigInt(m[2] ?? 0), BigInt(m[3] ?? 0)], m[4]?.split('.') ?? []);
}

/** `v1.2` → `1.2.0` */
const normalize = (text: string) => {
  const [core = '', ...rest] = text
    .trim()
    .replace(/^v/, '')
    .split(/(?=[-+])/);
  const parts = core.split('.').map((p) => p.replace(/^0+(?=\d)/, ''));
  while (parts.length < 3) parts.push('0');
  return parts.join('.') + rest.join('');
};

function read(text: string): CelSemver {
  const found = parse(text);
  if (!found) throw new Error('No Major.Minor.Patch elements found');
  return found;
}

function compareIds(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  const [x, y] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (x && y) return Number(BigInt(a) - BigInt(b));
  if (x !== y) return x ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function compare(a: CelSemver, b: CelSemver): number {
  for (const i of [0, 1, 2] as const) if (a.parts[i] !== b.parts[i]) return a.parts[i] < b.parts[i] ? -1 : 1;
  if (!a.pre.length || !b.pre.length) return a.pre.length ? -1 : b.pre.length ? 1 : 0;
  for (let i = 0; i < Math.max(a.pre.length, b.pre.length); i++) {
    const order = compareIds(a.pre[i], b.pre[i]);
    if (order) return order < 0 ? -1 : 1;
  }
  return 0;
}

/** `semver(self.version).isLessThan(semver('2.0.0'))` */
export const semvers: Library = {
  types: [{ name: 'kubernetes.Semver', ctor: CelSemver }],
  functions: [
    ['semver(string): kubernetes.Semver', read],
    ['semver(string, bool): kubernetes.Semver', (s: string, loose: boolean) => read(loose ? normalize(s) : s)],
    ['isSemver(string): bool', (s: string) => parse(s) !== undefined],
    ['isSemver(string, bool): bool', (s: string, loose: boolean) => parse(loose ? normalize(s) : s) !== undefined],
    ['kubernetes.Semver.major(): int', (v: CelSemver) => v.parts[0]],
    ['kubernetes.Semver.minor(): int', (v: CelSemver) => v.parts[1]],
    ['kubernetes.Semver.patch(): int', (v: CelSemver) => v.parts[2]],
    ['kubernetes.Semver.isLessThan(kubernetes.Semver): bool', (a: CelSemver, b: CelSemver) => compare(a, b) < 0],
    ['kubernetes.Semver.isGreaterThan(kubernetes.Semver): bool', (a: CelSemver, b: CelSemver) => compare(a, b) > 0],
    ['kubernetes.Semver.compareTo(kubernetes.Semver): int', (a: CelSemver, b: CelSemver) => BigInt(compare(a, b))],
  ],
};
