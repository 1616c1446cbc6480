import type { Activity } from '../../kit/activity.ts';
import type { Clock } from '../../kit/clock.ts';
import { uuid, type Random } from '../../kit/random.ts';
import { createClient } from '../client/create-client.ts';
import { electLeader } from '../client/leader-election.ts';
import type { Transport } from '../client/transport.ts';
import { Scheduler } from './scheduler.ts';

export interface SchedulerOptions {
  /** Acts as `system:kube-scheduler`, or whoever the scheduler's kubeconfig names. */
  transport: Transport;
  /** The node it runs on. */
  node: string;
  clock: Clock;
  random: Random;
  activity: Activity;
  /** The names of its profiles: it schedules pods that ask for one of them. `default-scheduler` alone unless given. */
  schedulerNames?: readonly string[];
  /** The Lease to hold before scheduling (`--leader-elect-resource-name`); none when leader election is off. */
  lease?: string;
  /** The lease was lost: upstream's scheduler exits with status 1. */
  onLost(this: void): void;
}

/** Starts a kube-scheduler. It survives an API server that comes and goes, up to the loss of its lease. */
export function startScheduler(options: SchedulerOptions): { stop(): void } {
  const { transport, clock, random, activity, node, lease, onLost } = options;
  const client = createClient(transport, 'kube-scheduler');
  let scheduler: Scheduler | undefined;
  let stopped = false;
  const start = () => {
    if (stopped) return;
    const schedulerNames = options.schedulerNames ?? ['default-scheduler'];
    scheduler = new Scheduler({ client, node, clock, random, activity, schedulerNames });
  };
  if (lease === undefined) start();
  const election =
    lease === undefined
      ? undefined
      : electLeader({ client, clock, activity, lease, node, id: uuid(random), onLeading: start, onLost });
  return {
    stop() {
      stopped = true;
      election?.stop();
      scheduler?.dispose();
    },
  };
}
