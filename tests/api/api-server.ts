import { enabledPlugins } from '../../lib/cluster/admission/index.ts';
import { createApiServer, type ApiServer } from '../../lib/cluster/apiserver/index.ts';
import { createClient } from '../../lib/cluster/client/index.ts';
import { kinds } from '../../lib/cluster/kinds/index.ts';
import { notFound } from '../../lib/cluster/machinery/status-error.ts';
import type { UserInfo } from '../../lib/cluster/machinery/user.ts';
import { VERSION_INFO } from '../../lib/cluster/schema/version.ts';
import type { Store } from '../../lib/cluster/store/kv.ts';
import { Activity } from '../../lib/kit/activity.ts';
import type { Clock } from '../../lib/kit/clock.ts';
import { seededRandom } from '../../lib/kit/random.ts';

const ADMIN: UserInfo = { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };

const absent = () => Promise.reject(notFound({ group: '', resource: 'pods' }, 'absent'));

/** An API server with the default admission plugins and nothing behind it, where the token `admin` may do all. */
export function standaloneServer(store: Store, clock: Clock): ApiServer {
  const random = seededRandom(1);
  const dial = () => Promise.reject(Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' }));
  return createApiServer({
    store,
    kinds,
    clock,
    random,
    activity: new Activity(),
    authenticator: {
      authenticate: ({ token }) => (token === 'admin' ? ADMIN : undefined),
      reviewToken: () => ({ error: 'invalid bearer token' }),
    },
    authorizer: {
      authorize: ({ user }) => ({ allowed: user.groups.includes('system:masters'), reason: '' }),
    },
    rules: { rulesFor: () => ({ resourceRules: [], nonResourceRules: [], incomplete: false }) },
    tokens: { issuer: 'https://issuer', audiences: ['https://issuer'], issue: () => 'jwt', jwks: () => ({ keys: [] }) },
    admission: {
      plugins: enabledPlugins([], []),
      context: (transport) => ({
        client: createClient(transport),
        clock,
        random,
        dial,
        access: { authorize: () => ({ allowed: true, reason: '' }), rulesFor: () => [] },
      }),
    },
    kubelets: () => ({
      logs: absent,
      exec: absent,
      attach: absent,
      portForward: absent,
      page: absent,
      usage: () => ({ cpu: 0, memory: 0, pods: [] }),
    }),
    dial,
    flags: {
      serviceClusterIpRange: '10.96.0.0/12',
      serviceNodePortRange: { from: 30_000, to: 32_767 },
      allowPrivileged: true,
    },
    anonymousAuth: true,
    version: VERSION_INFO,
  });
}
