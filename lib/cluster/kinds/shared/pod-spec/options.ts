import type { KindContext } from '../../define.ts';

/** What the checks of a pod's spec depend on beside the spec. */
export interface PodSpecOptions {
  /** A Pod's own spec, not a template. */
  isPod: boolean;
  /** The Pod's name, where it has one: generic ephemeral volumes make claims named after it. */
  podName?: string;
  allowPrivileged: boolean;
}

export const templateOptions = (context: KindContext): PodSpecOptions => ({
  isPod: false,
  allowPrivileged: context.flags.allowPrivileged,
});
