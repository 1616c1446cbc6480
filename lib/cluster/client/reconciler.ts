import type { Informer } from './informer.ts';
import { WorkQueue, type WorkQueueOptions } from './work-queue.ts';

export interface ReconcilerOptions extends Omit<WorkQueueOptions, 'work'> {
  /** Caches that must be filled before the first key is looked at. */
  informers: readonly Pick<Informer<never>, 'whenSynced' | 'synced'>[];
  /** Brings the world nearer to what the key's object wants. Level-triggered: may run twice, may fail and be retried. */
  reconcile(this: void, key: string): Promise<void>;
}

export interface Reconciler {
  queue: WorkQueue;
  /** Also undoes the subscriptions handed to `own`. */
  stop(): void;
  /** Hands over what must be undone on stop: an informer's unsubscribe function, a timer's cancel. */
  own(...undo: (() => void)[]): void;
}

/** A work queue that starts when its informers have synced: the frame of nearly every controller. */
export function startReconciler({ informers, reconcile, ...options }: ReconcilerOptions): Reconciler {
  const queue = new WorkQueue({ ...options, work: reconcile });
  const owned: (() => void)[] = [];
  void Promise.all(informers.map((informer) => informer.whenSynced())).then(() => queue.start());
  return {
    queue,
    own: (...undo) => void owned.push(...undo),
    stop() {
      queue.stop();
      for (const undo of owned.splice(0)) undo();
    },
  };
}
