import type { Pod } from '../../schema/generated/types.ts';
import type { Sandbox } from './sandbox.ts';
import type { KubeletServices } from './services.ts';

/** What the parts of a pod's worker share. */
export interface PodContext {
  /** As the API last said. */
  readonly pod: Pod;
  readonly kubelet: KubeletServices;
  readonly sandbox: Sandbox | undefined;
  /** Its address, or the one that it had under an earlier kubelet. */
  readonly podIP: string | undefined;
  readonly startTime: number;
  /** How often the kubelet looks at the pod without a cause, in milliseconds. */
  readonly resyncPeriod: number;
  /** Nothing may be started or reported any more. */
  readonly disposed: boolean;
  /** Asks for a sync. */
  kick(): void;
  /** Asks for a sync at this time at the latest. */
  wakeAt(at: number): void;
}
