import type { Service, ServiceSpec } from '../../schema/generated/types.ts';

/** Questions about a Service that its checks, its allocation and its defaults share. */
export const NONE = 'None';

export const clusterIps = ({ spec }: Service): string[] => spec.clusterIPs ?? [];
export const isHeadless = (service: Service): boolean =>
  clusterIps(service).length === 1 && clusterIps(service)[0] === NONE;

export const isExternalName = ({ spec }: Service): boolean => spec.type === 'ExternalName';
export const needsClusterIp = ({ spec }: Service): boolean =>
  spec.type === 'ClusterIP' || spec.type === 'NodePort' || spec.type === 'LoadBalancer';
export const needsNodePorts = ({ spec }: Service): boolean => spec.type === 'NodePort' || spec.type === 'LoadBalancer';
export const needsHealthCheck = ({ spec }: Service): boolean =>
  spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

/** Whether traffic from outside of the cluster may reach it. */
export const isExternallyAccessible = ({ spec }: { spec: ServiceSpec }): boolean =>
  spec.type === 'LoadBalancer' ||
  spec.type === 'NodePort' ||
  (spec.type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0);
