import { ManualClock } from '../../kit/clock.ts';
import { seededRandom } from '../../kit/random.ts';
import type { KindContext } from './define.ts';

/** What a kind's hooks are given in tests: kubeadm's flags, and nothing else in the cluster. */
export function testContext(changes: Partial<KindContext> = {}): KindContext {
  return {
    clock: new ManualClock(),
    random: seededRandom(1),
    user: { username: 'kubernetes-admin', groups: [] },
    dryRun: false,
    flags: {
      serviceClusterIpRange: '10.96.0.0/12',
      serviceNodePortRange: { from: 30_000, to: 32_767 },
      allowPrivileged: true,
    },
    read: { get: () => undefined, list: () => [] },
    ...changes,
  };
}
