import { Activity } from '../../kit/activity.ts';
import { ManualClock, type Clock } from '../../kit/clock.ts';
import { seededRandom } from '../../kit/random.ts';
import type { Attributes } from '../access/authorizer.ts';
import type { AdmissionPlugin } from '../admission/plugin.ts';
import { kinds } from '../kinds/index.ts';
import { statusOf } from '../machinery/status-error.ts';
import type { UserInfo } from '../machinery/user.ts';
import type { Store } from '../store/kv.ts';
import { MvccStore } from '../store/mvcc.ts';
import type { ApiServer } from './index.ts';
import { createApiServer } from './index.ts';

export const ADMIN: UserInfo = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };
const LENA: UserInfo = { username: 'lena', groups: ['system:authenticated'] };

interface TestServerOptions {
  store?: Store;
  clock?: Clock;
  activity?: Activity;
  /** Hears what is authorized. */
  asked?: (attributes: Attributes) => void;
  plugins?: readonly AdmissionPlugin[];
}

/** An API server for tests, where the token `admin` may do all, and `lena` nothing. */
export function testServer(options: TestServerOptions = {}): ApiServer {
  const { store = new MvccStore(), clock = new ManualClock(), activity = new Activity() } = options;
  const { asked, plugins = [] } = options;
  const unused = () => Promise.reject(new Error('not used'));
  return createApiServer({
    store,
    kinds,
    clock,
    random: seededRandom(1),
    activity,
    authenticator: {
      authenticate: ({ token }) => ({ admin: ADMIN, lena: LENA })[token ?? ''],
      reviewToken: () => ({ error: 'invalid bearer token' }),
    },
    authorizer: {
      authorize(attributes) {
        asked?.(attributes);
        return { allowed: attributes.user === ADMIN || attributes.path === '/version', reason: '' };
      },
    },
    rules: { rulesFor: () => ({ resourceRules: [], nonResourceRules: [], incomplete: false }) },
    tokens: { issuer: 'https://issuer', audiences: ['https://issuer'], issue: () => 'jwt', jwks: () => ({ keys: [] }) },
    admission: { plugins, context: () => ({}) as never },
    kubelets: () => {
      throw new Error('not used');
    },
    dial: unused,
    flags: {
      serviceClusterIpRange: '10.96.0.0/12',
      serviceNodePortRange: { from: 30_000, to: 32_767 },
      allowPrivileged: true,
    },
    anonymousAuth: true,
    version: { gitVersion: 'v1.36.3' },
  });
}

/** The error that a request is refused with; undefined when it is not. */
export const refusal = async (request: Promise<unknown>) => {
  try {
    await request;
  } catch (err) {
    return statusOf(err);
  }
  return undefined;
};
