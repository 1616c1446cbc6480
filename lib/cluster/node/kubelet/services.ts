import type { Activity } from '../../../kit/activity.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { Random } from '../../../kit/random.ts';
import type { EventType } from '../../client/event-recorder.ts';
import type { HostNetwork } from '../../network/network.ts';
import type {
  ConfigMap,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Service,
  ServiceAccountTokenProjection,
} from '../../schema/generated/types.ts';
import type { Disk } from '../machine.ts';
import type { NodeFacilities } from '../runtime/process.ts';
import type { KubeletConfig } from './config.ts';
import type { CsiState } from './volume-sources.ts';

/** What the workers of a kubelet's pods may use. */
export interface KubeletServices {
  node: string;
  ip: string;
  disk: Disk;
  config: KubeletConfig;
  clock: Clock;
  random: Random;
  activity: Activity;
  host: HostNetwork;
  facilities: NodeFacilities;
  /** The node's range of pod addresses, once it has one. */
  podCIDR(): string | undefined;
  allocatable(): Readonly<Record<string, string>>;
  services(): readonly Service[];
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
  claim(namespace: string, name: string): Promise<PersistentVolumeClaim | undefined>;
  persistentVolume(name: string): Promise<PersistentVolume | undefined>;
  /** How far a CSI volume has come on this node. */
  csiState(volume: PersistentVolume): Promise<CsiState>;
  token(pod: Pod, source: ServiceAccountTokenProjection): Promise<string>;
  event(pod: Pod, type: EventType, reason: string, message: string, fieldPath?: string): void;
  /** Writes a line to the kubelet's journal. */
  log(line: string): void;
}
