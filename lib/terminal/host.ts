import type { Cluster } from '../cluster/index.ts';

/** A machine that a learner gets a shell on: `base`, or a node of a cluster. */
export interface Host {
  /** What the prompt and `ssh` call it. */
  name: string;
  /** Its root disk, a directory of the real machine; made when absent. */
  disk: string;
  /** The cluster that it is a node of, and which one. Absent for `base`, which has no kubectl and no network. */
  node?: { cluster: Cluster; name: string };
}

/** Looks a host up by the name a user typed; may prepare its cluster first. Undefined: there is no such host. */
export type FindHost = (name: string) => Promise<Host | undefined>;

/** The accounts of every host. */
export type Account = 'candidate' | 'root';

export const CANDIDATE_ID = 1000;

export interface Login {
  account: Account;
  uid: number;
  home: string;
}

export function loginOf(account: Account): Login {
  return account === 'root'
    ? { account, uid: 0, home: '/root' }
    : { account, uid: CANDIDATE_ID, home: `/home/${account}` };
}

export function isAccount(name: string): name is Account {
  return name === 'root' || name === 'candidate';
}

const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The whole environment of a login on a host: nothing of the server's own environment gets in. */
export function loginEnvironment(account: Account, term: string): Record<string, string> {
  const { home } = loginOf(account);
  return {
    HOME: home,
    USER: account,
    LOGNAME: account,
    SHELL: '/bin/bash',
    PATH: SEARCH_PATH,
    LANG: 'C.UTF-8',
    TERM: term,
  };
}
