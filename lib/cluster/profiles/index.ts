import { oneNode } from './one-node.ts';
import type { Profile } from './profile.ts';
import { threeNode } from './three-node.ts';

/** The profiles by name. One more is one more file and one line here. */
export const profiles: readonly Profile[] = [oneNode, threeNode];

/** The profile by that name. */
export function profileNamed(name: string): Profile {
  const profile = profiles.find((p) => p.name === name);
  if (profile) return profile;
  throw new Error(
    `there is no profile ${JSON.stringify(name)}; choose one of ${profiles.map((p) => p.name).join(', ')}`,
  );
}

export type { Profile, ProfileNode, ProfileObject } from './profile.ts';
