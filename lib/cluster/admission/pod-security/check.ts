import type { Container, ObjectMeta, PodSpec } from '../../schema/generated/types.ts';

/** What a check sees of a pod or a pod template. */
export interface Examined {
  annotations: Readonly<Record<string, string>>;
  spec: PodSpec;
}

/** Why a pod does not fit a level: the short form, and what exactly is wrong. */
export interface Violation {
  reason: string;
  detail: string;
}

export type CheckFunction = (pod: Examined) => Violation | undefined;

/** One rule of the Pod Security Standards. */
export interface Check {
  /** Upstream's id: checks run in the order of their ids, those of the baseline first. */
  id: string;
  level: 'baseline' | 'restricted';
  /** From which minor version of Kubernetes on the rule reads how; ascending. */
  versions: readonly { since: number; find: CheckFunction; overrides?: string }[];
}

export function examined(metadata: Pick<ObjectMeta, 'annotations'> | undefined, spec: PodSpec): Examined {
  return { annotations: metadata?.annotations ?? {}, spec };
}

export function allContainers(spec: PodSpec): Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers, ...((spec.ephemeralContainers ?? []) as Container[])];
}

export const quoted = (items: readonly string[]): string => items.map((i) => `"${i}"`).join(', ');

export const sorted = (items: Iterable<string>): string[] => [...new Set(items)].sort();

export const plural = (word: string, count: number): string => (count === 1 ? word : `${word}s`);

/** `container "a"`, `containers "a", "b"`. */
export const named = (word: string, names: readonly string[]): string =>
  `${plural(word, names.length)} ${quoted(names)}`;

/** Who sets something wrong: `pod and container "a"`; '' when nobody does. */
export function setters(pod: boolean, containers: readonly Container[]): string {
  const names = containers.map((c) => c.name);
  return [...(pod ? ['pod'] : []), ...(names.length ? [named('container', names)] : [])].join(' and ');
}

/** Pods of their own user namespace may be root inside it (since 1.35). */
export const inUserNamespace = (spec: PodSpec): boolean => spec.hostUsers === false;

export const onWindows = (spec: PodSpec): boolean => spec.os?.name === 'windows';

/** A check that is waived for some pods. */
export const unless =
  (waived: (spec: PodSpec) => boolean, check: CheckFunction): CheckFunction =>
  (pod) =>
    waived(pod.spec) ? undefined : check(pod);
