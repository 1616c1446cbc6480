import { isJsonObject, type JsonObject } from '../../../machinery/object.ts';

/** The kubelet's configuration where the file says nothing; a duration of zero counts as nothing. */
const DEFAULTS: JsonObject = {
  enableServer: true, staticPodPath: '', podLogsDir: '/var/log/pods', syncFrequency: '1m0s', fileCheckFrequency: '20s', httpCheckFrequency: '20s',
  address: '0.0.0.0', port: 10250, tlsCertFile: '/var/lib/kubelet/pki/kubelet.crt', tlsPrivateKeyFile: '/var/lib/kubelet/pki/kubelet.key',
  rotateCertificates: false,
  authentication: { x509: {}, webhook: { enabled: true, cacheTTL: '2m0s' }, anonymous: { enabled: false } },
  authorization: { mode: 'Webhook', webhook: { cacheAuthorizedTTL: '5m0s', cacheUnauthorizedTTL: '30s' } },
  registryPullQPS: 5, registryBurst: 10, imagePullCredentialsVerificationPolicy: 'NeverVerifyPreloadedImages', eventRecordQPS: 50, eventBurst: 100,
  enableDebuggingHandlers: true, healthzPort: 10248, healthzBindAddress: '127.0.0.1', oomScoreAdj: -999, clusterDNS: [],
  streamingConnectionIdleTimeout: '4h0m0s', nodeStatusUpdateFrequency: '10s', nodeStatusReportFrequency: '5m0s', nodeLeaseDurationSeconds: 40,
  imageMinimumGCAge: '2m0s', imageMaximumGCAge: '0s', imageGCHighThresholdPercent: 85, imageGCLowThresholdPercent: 80, volumeStatsAggPeriod: '1m0s',
  cgroupRoot: '/', cgroupsPerQOS: true, cgroupDriver: 'cgroupfs', cpuManagerPolicy: 'none', cpuManagerReconcilePeriod: '10s',
  memoryManagerPolicy: 'None', topologyManagerPolicy: 'none', topologyManagerScope: 'container', runtimeRequestTimeout: '2m0s',
  hairpinMode: 'promiscuous-bridge', maxPods: 110, podPidsLimit: -1, resolvConf: '/etc/resolv.conf', cpuCFSQuota: true, cpuCFSQuotaPeriod: '100ms',
  nodeStatusMaxImages: 50, maxOpenFiles: 1000000, contentType: 'application/vnd.kubernetes.protobuf', kubeAPIQPS: 50, kubeAPIBurst: 100,
  serializeImagePulls: true,
  evictionHard: {
    'imagefs.available': '15%', 'imagefs.inodesFree': '5%', 'memory.available': '100Mi', 'nodefs.available': '10%', 'nodefs.inodesFree': '5%',
  },
  evictionPressureTransitionPeriod: '5m0s', mergeDefaultEvictionSettings: false, enableControllerAttachDetach: true, makeIPTablesUtilChains: true,
  iptablesMasqueradeBit: 14, iptablesDropBit: 15, failSwapOn: true, failCgroupV1: true, memorySwap: {}, containerLogMaxSize: '10Mi',
  containerLogMaxFiles: 5, containerLogMaxWorkers: 1, containerLogMonitorInterval: '10s', configMapAndSecretChangeDetectionStrategy: 'Watch',
  crashLoopBackOff: {}, enforceNodeAllocatable: ['pods'],
  volumePluginDir: '/usr/libexec/kubernetes/kubelet-plugins/volume/exec/',
  logging: { format: 'text', flushFrequency: '5s', verbosity: 0, options: { text: { infoBufferSize: '0' }, json: { infoBufferSize: '0' } } },
  enableSystemLogHandler: true, enableSystemLogQuery: false, shutdownGracePeriod: '0s', shutdownGracePeriodCriticalPods: '0s',
  enableProfilingHandler: true, enableDebugFlagsHandler: true, seccompDefault: false, memoryThrottlingFactor: 0.9, registerNode: true,
  localStorageCapacityIsolation: true, memoryReservationPolicy: 'None', containerRuntimeEndpoint: '',
}; // prettier-ignore

const isUnset = (value: unknown) => value === undefined || value === null || value === '0s' || value === 0;

function withDefaults(own: JsonObject, defaults: JsonObject): JsonObject {
  // In the defaults' order, which is upstream's.
  const result: JsonObject = {};
  for (const [name, value] of Object.entries(defaults)) {
    const given = own[name];
    if (isJsonObject(given) && isJsonObject(value)) result[name] = withDefaults(given, value);
    else result[name] = isUnset(given) ? value : given;
  }
  return { ...result, ...Object.fromEntries(Object.entries(own).filter(([name]) => !(name in defaults))) };
}

/** `/configz`: the configuration that the kubelet runs with. */
export function configz(file: JsonObject): JsonObject {
  return { kubeletconfig: withDefaults(file, DEFAULTS) };
}
