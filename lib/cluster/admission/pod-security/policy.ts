import { invalid, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { baselineChecks } from './baseline-checks.ts';
import type { Check, Examined, Violation } from './check.ts';
import { restrictedChecks } from './restricted-checks.ts';

export type Level = 'privileged' | 'baseline' | 'restricted';
/** From the laxest to the strictest. */
const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted'];

/** `minor` is the x of v1.x; Infinity is the newest. */
export interface LevelVersion {
  level: Level;
  minor: number;
}

export type Mode = 'enforce' | 'audit' | 'warn';
export type Policy = Record<Mode, LevelVersion>;

const PREFIX = 'pod-security.kubernetes.io/';
const VERSION = /^v1\.(0|[1-9][0-9]*)$/;

export const isStricter = (a: Level, than: Level): boolean => LEVELS.indexOf(a) > LEVELS.indexOf(than);

/** `baseline:latest`, `restricted:v1.30`. */
export const showLevel = ({ level, minor }: LevelVersion): string =>
  `${level}:${minor === Infinity ? 'latest' : `v1.${minor}`}`;

/** What a namespace's labels ask for, and what is wrong with them. Without a level for warnings that is the enforced one. */
export function policyOf(labels: Readonly<Record<string, string>> = {}): { policy: Policy; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const read = <T>(label: string, parse: (value: string) => T | undefined, complaint: string) => {
    const value = labels[PREFIX + label];
    if (value === undefined) return undefined;
    const parsed = parse(value);
    if (parsed === undefined) {
      errors.push(invalid(FieldPath.of('metadata', 'labels').key(PREFIX + label), value, complaint));
    }
    return { parsed };
  };
  const modeOf = (mode: Mode) => ({
    level: read(mode, (v) => LEVELS.find((l) => l === v), `must be one of ${LEVELS.join(', ')}`),
    version: read(
      `${mode}-version`,
      (v) => (v === 'latest' ? Infinity : VERSION.test(v) ? Number(v.slice(3)) : undefined),
      'must be "latest" or "v1.x"',
    ),
  });
  const [enforce, audit, warn] = [modeOf('enforce'), modeOf('audit'), modeOf('warn')];
  const of = (mode: ReturnType<typeof modeOf>, misread: Level): LevelVersion => ({
    level: mode.level ? (mode.level.parsed ?? misread) : 'privileged',
    minor: mode.version?.parsed ?? Infinity,
  });
  const policy: Policy = {
    // A level that cannot be read fails closed; one that only tells fails open.
    enforce: of(enforce, 'restricted'),
    audit: of(audit, 'privileged'),
    warn: of(warn, 'privileged'),
  };
  if (!warn.level && enforce.level?.parsed) {
    policy.warn = {
      level: enforce.level.parsed,
      minor: warn.version ? policy.warn.minor : policy.enforce.minor,
    };
  }
  return { policy, errors };
}

/** How a check reads in a version of Kubernetes. */
const asOf = (check: Check, minor: number) => check.versions.filter((v) => v.since <= minor).at(-1);

/** All that keeps a pod from a level, in upstream's order. */
export function violations({ level, minor }: LevelVersion, pod: Examined): Violation[] {
  if (level === 'privileged') return [];
  const strict = level === 'restricted' ? restrictedChecks.flatMap((c) => asOf(c, minor) ?? []) : [];
  const overridden = new Set(strict.map((v) => v.overrides));
  const base = baselineChecks.filter((c) => !overridden.has(c.id)).flatMap((c) => asOf(c, minor) ?? []);
  return [...base, ...strict].flatMap((v) => v.find(pod) ?? []);
}

/** `host namespaces (hostPID=true), privileged (container "a" must not …)`. */
export const showDetails = (found: readonly Violation[]): string =>
  found.map(({ reason, detail }) => (detail ? `${reason} (${detail})` : reason)).join(', ');

export const showReasons = (found: readonly Violation[]): string => found.map((v) => v.reason).join(', ');
