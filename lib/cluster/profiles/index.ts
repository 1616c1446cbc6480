import { oneNode } from './one-node.ts';
import type { Profile } from './profile.ts';
import { threeNode } from './three-node.ts';

/** The profiles by name. One more is one more file and one line here. */
export const profiles: readonly Profile[] = [oneNode, threeNode];

export type { Profile, ProfileNode, ProfileObject } from './profile.ts';
