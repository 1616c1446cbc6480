import type { Activity } from '../../kit/activity.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import { formatMicroTime } from '../machinery/object.ts';
import { isNotFound } from '../machinery/status-error.ts';
import { leases } from '../schema/generated/resources.ts';
import type { Lease } from '../schema/generated/types.ts';
import type { Client } from './client.ts';

export interface LeaderElectionOptions {
  client: Client;
  clock: Clock;
  activity: Activity;
  /** The Lease in kube-system: `kube-scheduler`. */
  lease: string;
  /** The machine that the candidate runs on; the identity starts with it. */
  node: string;
  /** Tells this run from others: a UUID. */
  id: string;
  /** Called once the lease is held. */
  onLeading(this: void): void;
  /** Called once when the lease could not be kept; upstream's components exit then. */
  onLost(this: void): void;
}

/** Upstream's defaults; but the lease is renewed every 10 s rather than every 2 s, because a hundred clusters idle together. */
const LEASE_SECONDS = 15;
const RENEW_EVERY = 10_000;
const RETRY_EVERY = 2_000;
const RENEW_DEADLINE = 10_000;

/**
 * Holds a Lease as client-go's leaderelection does. A lease of an earlier run on the same node is taken over as it is:
 * one node runs one such component, and a restored cluster must not wait for it to run out.
 */
export function electLeader(options: LeaderElectionOptions): { stop(): void } {
  const { client, clock, activity, node } = options;
  let identity = `${node}_${options.id}`;
  let leading = false;
  let stopped = false;
  let renewed = 0;
  let observed = { renewTime: '', at: 0 };
  let timer: Timer | undefined;

  const fresh = (): Lease => {
    const now = formatMicroTime(clock.now());
    return {
      metadata: { name: options.lease, namespace: 'kube-system' },
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: LEASE_SECONDS,
        acquireTime: now,
        renewTime: now,
        leaseTransitions: 0,
      },
    };
  };

  /** Whether the lease is held now. */
  const acquire = async (): Promise<boolean> => {
    let lease: Lease;
    try {
      lease = await client.get(leases, 'kube-system', options.lease);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      await client.create(leases, fresh());
      return true;
    }
    const { spec } = lease;
    const now = clock.now();
    if (spec.renewTime !== observed.renewTime) observed = { renewTime: spec.renewTime ?? '', at: now };
    const holder = spec.holderIdentity ?? '';
    const expired = now - observed.at > (spec.leaseDurationSeconds ?? LEASE_SECONDS) * 1000;
    if (!leading && holder.startsWith(`${node}_`)) identity = holder;
    else if (holder !== identity && holder !== '' && !expired) return false;
    const taken =
      holder === identity
        ? {}
        : { acquireTime: formatMicroTime(now), leaseTransitions: (spec.leaseTransitions ?? 0) + (holder ? 1 : 0) };
    const renewal = { holderIdentity: identity, leaseDurationSeconds: LEASE_SECONDS, renewTime: formatMicroTime(now) };
    await client.update(leases, { ...lease, spec: { ...spec, ...renewal, ...taken } });
    return true;
  };

  const turn = async (): Promise<void> => {
    const held = await acquire().catch(() => undefined);
    if (stopped) return;
    const now = clock.now();
    if (held) {
      renewed = now;
      if (!leading) options.onLeading();
      leading = true;
    } else if (leading && (held === false || now - renewed >= RENEW_EVERY + RENEW_DEADLINE)) {
      stopped = true;
      options.onLost();
      return;
    }
    timer = clock.after(held ? RENEW_EVERY : RETRY_EVERY, run);
  };

  const run = (): void => void activity.track(turn());
  run();
  return {
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}
