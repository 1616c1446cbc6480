import { CANDIDATE_ID } from './host.ts';

/** One line of a user namespace's map: `count` ids from `inside` on are those from `outside` on. */
export interface IdRange {
  inside: number;
  outside: number;
  count: number;
}

/**
 * Who root and candidate of a sandbox are outside of it. Root is always the account that the server runs as, because the
 * simulated kubelet writes the same files; root's power over the real machine is taken away by other means (see
 * THREAT_MODEL.md). A candidate of their own id meets real file permissions; where the machine has no second id to
 * give (`shared`), the candidate has root's rights on the sandbox's own disk.
 */
export interface IdMap {
  ranges: readonly IdRange[];
  /** Who may write the map: the server itself, or newuidmap (package uidmap) for an ordinary user. */
  writer: 'self' | 'newuidmap';
  candidate: 'own' | 'shared';
}

/** Beyond every range that distributions hand out (systemd's containers end below 0x70000000). */
const CANDIDATE_OUTSIDE = 0x70000000 + CANDIDATE_ID;

export interface IdFacts {
  uid: number;
  userName: string;
  /** The text of /etc/subuid, '' when there is none. */
  subuid: string;
  subgid: string;
  hasNewuidmap: boolean;
}

function firstSubordinate(text: string, { userName, uid }: IdFacts): number | undefined {
  for (const line of text.split('\n')) {
    const [owner, start, count] = line.split(':');
    if ((owner === userName || owner === String(uid)) && Number(count) > CANDIDATE_ID)
      return Number(start) + CANDIDATE_ID;
  }
  return undefined;
}

/** The maps of user and group ids that this machine allows. */
export function idMap(facts: IdFacts): { users: IdMap; groups: readonly IdRange[] } {
  const own: IdRange = { inside: 0, outside: facts.uid, count: 1 };
  const second = (outside: number): IdRange => ({ inside: CANDIDATE_ID, outside, count: 1 });
  if (facts.uid === 0) {
    const ranges = [own, second(CANDIDATE_OUTSIDE)];
    return { users: { ranges, writer: 'self', candidate: 'own' }, groups: ranges };
  }
  const user = facts.hasNewuidmap ? firstSubordinate(facts.subuid, facts) : undefined;
  const group = facts.hasNewuidmap ? firstSubordinate(facts.subgid, facts) : undefined;
  if (user === undefined || group === undefined)
    return { users: { ranges: [own], writer: 'self', candidate: 'shared' }, groups: [own] };
  return {
    users: { ranges: [own, second(user)], writer: 'newuidmap', candidate: 'own' },
    groups: [own, second(group)],
  };
}
