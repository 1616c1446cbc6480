import type {
  PersistentVolume,
  PersistentVolumeClaim,
  ServiceAccountTokenProjection,
} from '../../schema/generated/types.ts';
import type { EnvironmentSources } from './environment.ts';

/** A volume cannot be set up; the message stands in a FailedMount event. Tried again until it can. */
export class MountError extends Error {}

/** `unattached`: its driver has not attached it yet; `unregistered`: no such driver runs on the node. */
export type CsiState = 'unattached' | 'unregistered' | 'ready';

/** What volumes are made from, beyond what variables are. */
export interface VolumeSources extends EnvironmentSources {
  claim(name: string): Promise<PersistentVolumeClaim | undefined>;
  persistentVolume(name: string): Promise<PersistentVolume | undefined>;
  /** How far a CSI volume has come on this node. */
  csiState(volume: PersistentVolume): Promise<CsiState>;
  token(source: ServiceAccountTokenProjection): Promise<string>;
  now(): number;
}
