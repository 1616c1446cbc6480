/**
 * How the API server's own (unversioned) form of the core types is laid out. Some messages print it: a refused change as
 * a diff, a refused value as JSON. Each field is `GoName:jsonName:type`; `=T` is an embedded struct. Types: string, int, bool,
 * quantity, intstr, map, json (a type of meta/v1, which keeps its JSON form), a struct's name; `*` may be absent, `[]` is a list.
 */
export const internalStructs: Readonly<Record<string, string>> = {
  AWSElasticBlockStoreVolumeSource:
    'VolumeID:volumeID:string FSType:fsType:string Partition:partition:int ReadOnly:readOnly:bool',
  Affinity:
    'NodeAffinity:nodeAffinity:*NodeAffinity PodAffinity:podAffinity:*PodAffinity PodAntiAffinity:podAntiAffinity:*PodAntiAffinity',
  AppArmorProfile: 'Type:type:string LocalhostProfile:localhostProfile:*string',
  AzureDiskVolumeSource:
    'DiskName:diskName:string DataDiskURI:diskURI:string CachingMode:cachingMode:*string FSType:fsType:*string ReadOnly:readOnly:*bool Kind:kind:*string',
  AzureFilePersistentVolumeSource:
    'SecretName:secretName:string ShareName:shareName:string ReadOnly:readOnly:bool SecretNamespace:secretNamespace:*string',
  AzureFileVolumeSource: 'SecretName:secretName:string ShareName:shareName:string ReadOnly:readOnly:bool',
  CSIPersistentVolumeSource:
    'Driver:driver:string VolumeHandle:volumeHandle:string ReadOnly:readOnly:bool FSType:fsType:string VolumeAttributes:volumeAttributes:map ControllerPublishSecretRef:controllerPublishSecretRef:*SecretReference NodeStageSecretRef:nodeStageSecretRef:*SecretReference NodePublishSecretRef:nodePublishSecretRef:*SecretReference ControllerExpandSecretRef:controllerExpandSecretRef:*SecretReference NodeExpandSecretRef:nodeExpandSecretRef:*SecretReference',
  CSIVolumeSource:
    'Driver:driver:string ReadOnly:readOnly:*bool FSType:fsType:*string VolumeAttributes:volumeAttributes:map NodePublishSecretRef:nodePublishSecretRef:*LocalObjectReference',
  CapacityRequirements: 'Requests:requests:map',
  Capabilities: 'Add:add:[]string Drop:drop:[]string',
  CELDeviceSelector: 'Expression:expression:string',
  CSINodeDriver:
    'Name:name:string NodeID:nodeID:string TopologyKeys:topologyKeys:[]string Allocatable:allocatable:*VolumeNodeResources',
  CephFSPersistentVolumeSource:
    'Monitors:monitors:[]string Path:path:string User:user:string SecretFile:secretFile:string SecretRef:secretRef:*SecretReference ReadOnly:readOnly:bool',
  CephFSVolumeSource:
    'Monitors:monitors:[]string Path:path:string User:user:string SecretFile:secretFile:string SecretRef:secretRef:*LocalObjectReference ReadOnly:readOnly:bool',
  CinderPersistentVolumeSource:
    'VolumeID:volumeID:string FSType:fsType:string ReadOnly:readOnly:bool SecretRef:secretRef:*SecretReference',
  CinderVolumeSource:
    'VolumeID:volumeID:string FSType:fsType:string ReadOnly:readOnly:bool SecretRef:secretRef:*LocalObjectReference',
  ClusterTrustBundleProjection:
    'Name:name:*string SignerName:signerName:*string LabelSelector:labelSelector:*json Optional:optional:*bool Path:path:string',
  ConfigMapEnvSource: '=LocalObjectReference Optional:optional:*bool',
  ConfigMapKeySelector: '=LocalObjectReference Key:key:string Optional:optional:*bool',
  ConfigMapNodeConfigSource:
    'Namespace:namespace:string Name:name:string UID:uid:string ResourceVersion:resourceVersion:string KubeletConfigKey:kubeletConfigKey:string',
  ConfigMapProjection: '=LocalObjectReference Items:items:[]KeyToPath Optional:optional:*bool',
  ConfigMapVolumeSource:
    '=LocalObjectReference Items:items:[]KeyToPath DefaultMode:defaultMode:*int Optional:optional:*bool',
  Container:
    'Name:name:string Image:image:string Command:command:[]string Args:args:[]string WorkingDir:workingDir:string Ports:ports:[]ContainerPort EnvFrom:envFrom:[]EnvFromSource Env:env:[]EnvVar Resources:resources:ResourceRequirements ResizePolicy:resizePolicy:[]ContainerResizePolicy RestartPolicy:restartPolicy:*string RestartPolicyRules:restartPolicyRules:[]ContainerRestartRule VolumeMounts:volumeMounts:[]VolumeMount VolumeDevices:volumeDevices:[]VolumeDevice LivenessProbe:livenessProbe:*Probe ReadinessProbe:readinessProbe:*Probe StartupProbe:startupProbe:*Probe Lifecycle:lifecycle:*Lifecycle TerminationMessagePath:terminationMessagePath:string TerminationMessagePolicy:terminationMessagePolicy:string ImagePullPolicy:imagePullPolicy:string SecurityContext:securityContext:*SecurityContext Stdin:stdin:bool StdinOnce:stdinOnce:bool TTY:tty:bool',
  ContainerPort:
    'Name:name:string HostPort:hostPort:int ContainerPort:containerPort:int Protocol:protocol:string HostIP:hostIP:string',
  ContainerResizePolicy: 'ResourceName:resourceName:string RestartPolicy:restartPolicy:string',
  ContainerRestartRule: 'Action:action:string ExitCodes:exitCodes:*ContainerRestartRuleOnExitCodes',
  ContainerRestartRuleOnExitCodes: 'Operator:operator:string Values:values:[]int',
  DeviceClaim:
    'Requests:requests:[]DeviceRequest Constraints:constraints:[]DeviceConstraint Config:config:[]DeviceClaimConfiguration',
  DeviceClaimConfiguration: 'Requests:requests:[]string Opaque:opaque:*OpaqueDeviceConfiguration',
  DeviceConstraint:
    'Requests:requests:[]string MatchAttribute:matchAttribute:*string DistinctAttribute:distinctAttribute:*string',
  DeviceRequest:
    'Name:name:string Exactly:exactly:*ExactDeviceRequest FirstAvailable:firstAvailable:[]DeviceSubRequest',
  DeviceSelector: 'CEL:cel:*CELDeviceSelector',
  DeviceSubRequest:
    'Name:name:string DeviceClassName:deviceClassName:string Selectors:selectors:[]DeviceSelector AllocationMode:allocationMode:string Count:count:int Tolerations:tolerations:[]DeviceToleration Capacity:capacity:*CapacityRequirements',
  DeviceToleration:
    'Key:key:string Operator:operator:string Value:value:string Effect:effect:string TolerationSeconds:tolerationSeconds:*int',
  DownwardAPIProjection: 'Items:items:[]DownwardAPIVolumeFile',
  DownwardAPIVolumeFile:
    'Path:path:string FieldRef:fieldRef:*ObjectFieldSelector ResourceFieldRef:resourceFieldRef:*ResourceFieldSelector Mode:mode:*int',
  DownwardAPIVolumeSource: 'Items:items:[]DownwardAPIVolumeFile DefaultMode:defaultMode:*int',
  EmptyDirVolumeSource: 'Medium:medium:string SizeLimit:sizeLimit:*quantity',
  EnvFromSource:
    'Prefix:prefix:string ConfigMapRef:configMapRef:*ConfigMapEnvSource SecretRef:secretRef:*SecretEnvSource',
  EnvVar: 'Name:name:string Value:value:string ValueFrom:valueFrom:*EnvVarSource',
  EnvVarSource:
    'FieldRef:fieldRef:*ObjectFieldSelector ResourceFieldRef:resourceFieldRef:*ResourceFieldSelector ConfigMapKeyRef:configMapKeyRef:*ConfigMapKeySelector SecretKeyRef:secretKeyRef:*SecretKeySelector FileKeyRef:fileKeyRef:*FileKeySelector',
  EphemeralContainer: '=EphemeralContainerCommon TargetContainerName:targetContainerName:string',
  EphemeralContainerCommon:
    'Name:name:string Image:image:string Command:command:[]string Args:args:[]string WorkingDir:workingDir:string Ports:ports:[]ContainerPort EnvFrom:envFrom:[]EnvFromSource Env:env:[]EnvVar Resources:resources:ResourceRequirements ResizePolicy:resizePolicy:[]ContainerResizePolicy RestartPolicy:restartPolicy:*string RestartPolicyRules:restartPolicyRules:[]ContainerRestartRule VolumeMounts:volumeMounts:[]VolumeMount VolumeDevices:volumeDevices:[]VolumeDevice LivenessProbe:livenessProbe:*Probe ReadinessProbe:readinessProbe:*Probe StartupProbe:startupProbe:*Probe Lifecycle:lifecycle:*Lifecycle TerminationMessagePath:terminationMessagePath:string TerminationMessagePolicy:terminationMessagePolicy:string ImagePullPolicy:imagePullPolicy:string SecurityContext:securityContext:*SecurityContext Stdin:stdin:bool StdinOnce:stdinOnce:bool TTY:tty:bool',
  EphemeralVolumeSource: 'VolumeClaimTemplate:volumeClaimTemplate:*PersistentVolumeClaimTemplate',
  EventSource: 'Component:component:string Host:host:string',
  ExecAction: 'Command:command:[]string',
  FCVolumeSource:
    'TargetWWNs:targetWWNs:[]string Lun:lun:*int FSType:fsType:string ReadOnly:readOnly:bool WWIDs:wwids:[]string',
  FileKeySelector: 'VolumeName:volumeName:string Path:path:string Key:key:string Optional:optional:*bool',
  ExactDeviceRequest:
    'DeviceClassName:deviceClassName:string Selectors:selectors:[]DeviceSelector AllocationMode:allocationMode:string Count:count:int AdminAccess:adminAccess:*bool Tolerations:tolerations:[]DeviceToleration Capacity:capacity:*CapacityRequirements',
  ExemptPriorityLevelConfiguration:
    'NominalConcurrencyShares:nominalConcurrencyShares:*int LendablePercent:lendablePercent:*int',
  FlowDistinguisherMethod: 'Type:type:string',
  FlowSchemaSpec:
    'PriorityLevelConfiguration:priorityLevelConfiguration:LocalObjectReference MatchingPrecedence:matchingPrecedence:int DistinguisherMethod:distinguisherMethod:*FlowDistinguisherMethod Rules:rules:[]PolicyRulesWithSubjects',
  FlowSubject:
    'Kind:kind:string User:user:*LocalObjectReference Group:group:*LocalObjectReference ServiceAccount:serviceAccount:*ServiceAccountSubject',
  FlexPersistentVolumeSource:
    'Driver:driver:string FSType:fsType:string SecretRef:secretRef:*SecretReference ReadOnly:readOnly:bool Options:options:map',
  FlexVolumeSource:
    'Driver:driver:string FSType:fsType:string SecretRef:secretRef:*LocalObjectReference ReadOnly:readOnly:bool Options:options:map',
  FlockerVolumeSource: 'DatasetName:datasetName:string DatasetUUID:datasetUUID:string',
  GCEPersistentDiskVolumeSource:
    'PDName:pdName:string FSType:fsType:string Partition:partition:int ReadOnly:readOnly:bool',
  GRPCAction: 'Port:port:int Service:service:*string',
  GitRepoVolumeSource: 'Repository:repository:string Revision:revision:string Directory:directory:string',
  GlusterfsPersistentVolumeSource:
    'EndpointsName:endpoints:string Path:path:string ReadOnly:readOnly:bool EndpointsNamespace:endpointsNamespace:*string',
  GlusterfsVolumeSource: 'EndpointsName:endpoints:string Path:path:string ReadOnly:readOnly:bool',
  HTTPGetAction:
    'Path:path:string Port:port:intstr Host:host:string Scheme:scheme:string HTTPHeaders:httpHeaders:[]HTTPHeader',
  HTTPHeader: 'Name:name:string Value:value:string',
  HostAlias: 'IP:ip:string Hostnames:hostnames:[]string',
  HostPathVolumeSource: 'Path:path:string Type:type:*string',
  ISCSIPersistentVolumeSource:
    'TargetPortal:targetPortal:string IQN:iqn:string Lun:lun:int ISCSIInterface:iscsiInterface:string FSType:fsType:string ReadOnly:readOnly:bool Portals:portals:[]string DiscoveryCHAPAuth:chapAuthDiscovery:bool SessionCHAPAuth:chapAuthSession:bool SecretRef:secretRef:*SecretReference InitiatorName:initiatorName:*string',
  ISCSIVolumeSource:
    'TargetPortal:targetPortal:string IQN:iqn:string Lun:lun:int ISCSIInterface:iscsiInterface:string FSType:fsType:string ReadOnly:readOnly:bool Portals:portals:[]string DiscoveryCHAPAuth:chapAuthDiscovery:bool SessionCHAPAuth:chapAuthSession:bool SecretRef:secretRef:*LocalObjectReference InitiatorName:initiatorName:*string',
  ImageVolumeSource: 'Reference:reference:string PullPolicy:pullPolicy:string',
  KeyToPath: 'Key:key:string Path:path:string Mode:mode:*int',
  Lifecycle: 'PostStart:postStart:*LifecycleHandler PreStop:preStop:*LifecycleHandler StopSignal:stopSignal:*string',
  LifecycleHandler:
    'Exec:exec:*ExecAction HTTPGet:httpGet:*HTTPGetAction TCPSocket:tcpSocket:*TCPSocketAction Sleep:sleep:*SleepAction',
  LimitResponse: 'Type:type:string Queuing:queuing:*QueuingConfiguration',
  LimitedPriorityLevelConfiguration:
    'NominalConcurrencyShares:nominalConcurrencyShares:int LimitResponse:limitResponse:LimitResponse LendablePercent:lendablePercent:*int BorrowingLimitPercent:borrowingLimitPercent:*int',
  LocalObjectReference: 'Name:name:string',
  LocalVolumeSource: 'Path:path:string FSType:fsType:*string',
  NFSVolumeSource: 'Server:server:string Path:path:string ReadOnly:readOnly:bool',
  NodeAddress: 'Type:type:string Address:address:string',
  NodeAffinity:
    'RequiredDuringSchedulingIgnoredDuringExecution:requiredDuringSchedulingIgnoredDuringExecution:*NodeSelector PreferredDuringSchedulingIgnoredDuringExecution:preferredDuringSchedulingIgnoredDuringExecution:[]PreferredSchedulingTerm',
  NodeConfigSource: 'ConfigMap:configMap:*ConfigMapNodeConfigSource',
  NodeSelector: 'NodeSelectorTerms:nodeSelectorTerms:[]NodeSelectorTerm',
  NodeSelectorRequirement: 'Key:key:string Operator:operator:string Values:values:[]string',
  NodeSelectorTerm:
    'MatchExpressions:matchExpressions:[]NodeSelectorRequirement MatchFields:matchFields:[]NodeSelectorRequirement',
  ObjectFieldSelector: 'APIVersion:apiVersion:string FieldPath:fieldPath:string',
  ObjectReference:
    'Kind:kind:string Namespace:namespace:string Name:name:string UID:uid:string APIVersion:apiVersion:string ResourceVersion:resourceVersion:string FieldPath:fieldPath:string',
  NonResourcePolicyRule: 'Verbs:verbs:[]string NonResourceURLs:nonResourceURLs:[]string',
  OpaqueDeviceConfiguration: 'Driver:driver:string Parameters:parameters:json',
  PersistentVolumeClaimSpec:
    'AccessModes:accessModes:[]string Selector:selector:*json Resources:resources:VolumeResourceRequirements VolumeName:volumeName:string StorageClassName:storageClassName:*string VolumeMode:volumeMode:*string DataSource:dataSource:*TypedLocalObjectReference DataSourceRef:dataSourceRef:*TypedObjectReference VolumeAttributesClassName:volumeAttributesClassName:*string',
  PersistentVolumeClaimTemplate: '=meta Spec:spec:PersistentVolumeClaimSpec',
  PersistentVolumeClaimVolumeSource: 'ClaimName:claimName:string ReadOnly:readOnly:bool',
  PersistentVolumeSpec:
    'Capacity:capacity:map =PersistentVolumeSource AccessModes:accessModes:[]string ClaimRef:claimRef:*ObjectReference PersistentVolumeReclaimPolicy:persistentVolumeReclaimPolicy:string StorageClassName:storageClassName:string MountOptions:mountOptions:[]string VolumeMode:volumeMode:*string NodeAffinity:nodeAffinity:*VolumeNodeAffinity VolumeAttributesClassName:volumeAttributesClassName:*string',
  PersistentVolumeSource:
    'GCEPersistentDisk:gcePersistentDisk:*GCEPersistentDiskVolumeSource AWSElasticBlockStore:awsElasticBlockStore:*AWSElasticBlockStoreVolumeSource HostPath:hostPath:*HostPathVolumeSource Glusterfs:glusterfs:*GlusterfsPersistentVolumeSource NFS:nfs:*NFSVolumeSource RBD:rbd:*RBDPersistentVolumeSource Quobyte:quobyte:*QuobyteVolumeSource ISCSI:iscsi:*ISCSIPersistentVolumeSource FlexVolume:flexVolume:*FlexPersistentVolumeSource Cinder:cinder:*CinderPersistentVolumeSource CephFS:cephfs:*CephFSPersistentVolumeSource FC:fc:*FCVolumeSource Flocker:flocker:*FlockerVolumeSource AzureFile:azureFile:*AzureFilePersistentVolumeSource VsphereVolume:vsphereVolume:*VsphereVirtualDiskVolumeSource AzureDisk:azureDisk:*AzureDiskVolumeSource PhotonPersistentDisk:photonPersistentDisk:*PhotonPersistentDiskVolumeSource PortworxVolume:portworxVolume:*PortworxVolumeSource ScaleIO:scaleIO:*ScaleIOPersistentVolumeSource Local:local:*LocalVolumeSource StorageOS:storageos:*StorageOSPersistentVolumeSource CSI:csi:*CSIPersistentVolumeSource',
  PhotonPersistentDiskVolumeSource: 'PdID:pdID:string FSType:fsType:string',
  PodAffinity:
    'RequiredDuringSchedulingIgnoredDuringExecution:requiredDuringSchedulingIgnoredDuringExecution:[]PodAffinityTerm PreferredDuringSchedulingIgnoredDuringExecution:preferredDuringSchedulingIgnoredDuringExecution:[]WeightedPodAffinityTerm',
  PodAffinityTerm:
    'LabelSelector:labelSelector:*json Namespaces:namespaces:[]string TopologyKey:topologyKey:string NamespaceSelector:namespaceSelector:*json MatchLabelKeys:matchLabelKeys:[]string MismatchLabelKeys:mismatchLabelKeys:[]string',
  PodAntiAffinity:
    'RequiredDuringSchedulingIgnoredDuringExecution:requiredDuringSchedulingIgnoredDuringExecution:[]PodAffinityTerm PreferredDuringSchedulingIgnoredDuringExecution:preferredDuringSchedulingIgnoredDuringExecution:[]WeightedPodAffinityTerm',
  PodCertificateProjection:
    'SignerName:signerName:string KeyType:keyType:string MaxExpirationSeconds:maxExpirationSeconds:*int CredentialBundlePath:credentialBundlePath:string KeyPath:keyPath:string CertificateChainPath:certificateChainPath:string UserAnnotations:userAnnotations:map',
  PodDNSConfig: 'Nameservers:nameservers:[]string Searches:searches:[]string Options:options:[]PodDNSConfigOption',
  PodDNSConfigOption: 'Name:name:string Value:value:*string',
  PodOS: 'Name:name:string',
  PodReadinessGate: 'ConditionType:conditionType:string',
  PodFailurePolicy: 'Rules:rules:[]PodFailurePolicyRule',
  PodFailurePolicyOnExitCodesRequirement:
    'ContainerName:containerName:*string Operator:operator:string Values:values:[]int',
  PodFailurePolicyOnPodConditionsPattern: 'Type:type:string Status:status:string',
  PodFailurePolicyRule:
    'Action:action:string OnExitCodes:onExitCodes:*PodFailurePolicyOnExitCodesRequirement OnPodConditions:onPodConditions:[]PodFailurePolicyOnPodConditionsPattern',
  PodResourceClaim:
    'Name:name:string ResourceClaimName:resourceClaimName:*string ResourceClaimTemplateName:resourceClaimTemplateName:*string',
  PodSchedulingGate: 'Name:name:string',
  PodSchedulingGroup: 'PodGroupName:podGroupName:*string',
  PodSecurityContext:
    'HostNetwork:hostNetwork:bool HostPID:hostPID:bool HostIPC:hostIPC:bool ShareProcessNamespace:shareProcessNamespace:*bool HostUsers:hostUsers:*bool SELinuxOptions:seLinuxOptions:*SELinuxOptions WindowsOptions:windowsOptions:*WindowsSecurityContextOptions RunAsUser:runAsUser:*int RunAsGroup:runAsGroup:*int RunAsNonRoot:runAsNonRoot:*bool SupplementalGroups:supplementalGroups:[]int SupplementalGroupsPolicy:supplementalGroupsPolicy:*string FSGroup:fsGroup:*int FSGroupChangePolicy:fsGroupChangePolicy:*string Sysctls:sysctls:[]Sysctl SeccompProfile:seccompProfile:*SeccompProfile AppArmorProfile:appArmorProfile:*AppArmorProfile SELinuxChangePolicy:seLinuxChangePolicy:*string',
  PodSpec:
    'Volumes:volumes:[]Volume InitContainers:initContainers:[]Container Containers:containers:[]Container EphemeralContainers:ephemeralContainers:[]EphemeralContainer RestartPolicy:restartPolicy:string TerminationGracePeriodSeconds:terminationGracePeriodSeconds:*int ActiveDeadlineSeconds:activeDeadlineSeconds:*int DNSPolicy:dnsPolicy:string NodeSelector:nodeSelector:map ServiceAccountName:serviceAccountName:string AutomountServiceAccountToken:automountServiceAccountToken:*bool NodeName:nodeName:string SecurityContext:securityContext:*PodSecurityContext ImagePullSecrets:imagePullSecrets:[]LocalObjectReference Hostname:hostname:string Subdomain:subdomain:string SetHostnameAsFQDN:setHostnameAsFQDN:*bool Affinity:affinity:*Affinity SchedulerName:schedulerName:string Tolerations:tolerations:[]Toleration HostAliases:hostAliases:[]HostAlias PriorityClassName:priorityClassName:string Priority:priority:*int PreemptionPolicy:preemptionPolicy:*string DNSConfig:dnsConfig:*PodDNSConfig ReadinessGates:readinessGates:[]PodReadinessGate RuntimeClassName:runtimeClassName:*string Overhead:overhead:map EnableServiceLinks:enableServiceLinks:*bool TopologySpreadConstraints:topologySpreadConstraints:[]TopologySpreadConstraint OS:os:*PodOS SchedulingGates:schedulingGates:[]PodSchedulingGate ResourceClaims:resourceClaims:[]PodResourceClaim Resources:resources:*ResourceRequirements HostnameOverride:hostnameOverride:*string SchedulingGroup:schedulingGroup:*PodSchedulingGroup',
  PodTemplateSpec: '=meta Spec:spec:PodSpec',
  PortworxVolumeSource: 'VolumeID:volumeID:string FSType:fsType:string ReadOnly:readOnly:bool',
  PreferredSchedulingTerm: 'Weight:weight:int Preference:preference:NodeSelectorTerm',
  Probe:
    '=ProbeHandler InitialDelaySeconds:initialDelaySeconds:int TimeoutSeconds:timeoutSeconds:int PeriodSeconds:periodSeconds:int SuccessThreshold:successThreshold:int FailureThreshold:failureThreshold:int TerminationGracePeriodSeconds:terminationGracePeriodSeconds:*int',
  ProbeHandler:
    'Exec:exec:*ExecAction HTTPGet:httpGet:*HTTPGetAction TCPSocket:tcpSocket:*TCPSocketAction GRPC:grpc:*GRPCAction',
  ProjectedVolumeSource: 'Sources:sources:[]VolumeProjection DefaultMode:defaultMode:*int',
  QuobyteVolumeSource:
    'Registry:registry:string Volume:volume:string ReadOnly:readOnly:bool User:user:string Group:group:string Tenant:tenant:string',
  PolicyRulesWithSubjects:
    'Subjects:subjects:[]FlowSubject ResourceRules:resourceRules:[]ResourcePolicyRule NonResourceRules:nonResourceRules:[]NonResourcePolicyRule',
  PriorityLevelConfigurationSpec:
    'Type:type:string Limited:limited:*LimitedPriorityLevelConfiguration Exempt:exempt:*ExemptPriorityLevelConfiguration',
  QueuingConfiguration: 'Queues:queues:int HandSize:handSize:int QueueLengthLimit:queueLengthLimit:int',
  ResourceClaimSpec: 'Devices:devices:DeviceClaim',
  ResourceClaimTemplateSpec: '=meta Spec:spec:ResourceClaimSpec',
  ResourcePolicyRule:
    'Verbs:verbs:[]string APIGroups:apiGroups:[]string Resources:resources:[]string ClusterScope:clusterScope:bool Namespaces:namespaces:[]string',
  RBDPersistentVolumeSource:
    'CephMonitors:monitors:[]string RBDImage:image:string FSType:fsType:string RBDPool:pool:string RadosUser:user:string Keyring:keyring:string SecretRef:secretRef:*SecretReference ReadOnly:readOnly:bool',
  RBDVolumeSource:
    'CephMonitors:monitors:[]string RBDImage:image:string FSType:fsType:string RBDPool:pool:string RadosUser:user:string Keyring:keyring:string SecretRef:secretRef:*LocalObjectReference ReadOnly:readOnly:bool',
  ResourceClaim: 'Name:name:string Request:request:string',
  ResourceFieldSelector: 'ContainerName:containerName:string Resource:resource:string Divisor:divisor:quantity',
  ResourceRequirements: 'Limits:limits:map Requests:requests:map Claims:claims:[]ResourceClaim',
  SELinuxOptions: 'User:user:string Role:role:string Type:type:string Level:level:string',
  ScaleIOPersistentVolumeSource:
    'Gateway:gateway:string System:system:string SecretRef:secretRef:*SecretReference SSLEnabled:sslEnabled:bool ProtectionDomain:protectionDomain:string StoragePool:storagePool:string StorageMode:storageMode:string VolumeName:volumeName:string FSType:fsType:string ReadOnly:readOnly:bool',
  ScaleIOVolumeSource:
    'Gateway:gateway:string System:system:string SecretRef:secretRef:*LocalObjectReference SSLEnabled:sslEnabled:bool ProtectionDomain:protectionDomain:string StoragePool:storagePool:string StorageMode:storageMode:string VolumeName:volumeName:string FSType:fsType:string ReadOnly:readOnly:bool',
  ScopeSelector: 'MatchExpressions:matchExpressions:[]ScopedResourceSelectorRequirement',
  ScopedResourceSelectorRequirement: 'ScopeName:scopeName:string Operator:operator:string Values:values:[]string',
  SeccompProfile: 'Type:type:string LocalhostProfile:localhostProfile:*string',
  SecretEnvSource: '=LocalObjectReference Optional:optional:*bool',
  SecretKeySelector: '=LocalObjectReference Key:key:string Optional:optional:*bool',
  SecretProjection: '=LocalObjectReference Items:items:[]KeyToPath Optional:optional:*bool',
  SecretReference: 'Name:name:string Namespace:namespace:string',
  SecretVolumeSource:
    'SecretName:secretName:string Items:items:[]KeyToPath DefaultMode:defaultMode:*int Optional:optional:*bool',
  SecurityContext:
    'Capabilities:capabilities:*Capabilities Privileged:privileged:*bool SELinuxOptions:seLinuxOptions:*SELinuxOptions WindowsOptions:windowsOptions:*WindowsSecurityContextOptions RunAsUser:runAsUser:*int RunAsGroup:runAsGroup:*int RunAsNonRoot:runAsNonRoot:*bool ReadOnlyRootFilesystem:readOnlyRootFilesystem:*bool AllowPrivilegeEscalation:allowPrivilegeEscalation:*bool ProcMount:procMount:*string SeccompProfile:seccompProfile:*SeccompProfile AppArmorProfile:appArmorProfile:*AppArmorProfile',
  ServiceAccountTokenProjection: 'Audience:audience:string ExpirationSeconds:expirationSeconds:int Path:path:string',
  ServicePort:
    'Name:name:string Protocol:protocol:string AppProtocol:appProtocol:*string Port:port:int TargetPort:targetPort:intstr NodePort:nodePort:int',
  SleepAction: 'Seconds:seconds:int',
  ServiceAccountSubject: 'Namespace:namespace:string Name:name:string',
  StorageOSPersistentVolumeSource:
    'VolumeName:volumeName:string VolumeNamespace:volumeNamespace:string FSType:fsType:string ReadOnly:readOnly:bool SecretRef:secretRef:*ObjectReference',
  StorageOSVolumeSource:
    'VolumeName:volumeName:string VolumeNamespace:volumeNamespace:string FSType:fsType:string ReadOnly:readOnly:bool SecretRef:secretRef:*LocalObjectReference',
  Sysctl: 'Name:name:string Value:value:string',
  SuccessPolicy: 'Rules:rules:[]SuccessPolicyRule',
  SuccessPolicyRule: 'SucceededIndexes:succeededIndexes:*string SucceededCount:succeededCount:*int',
  TCPSocketAction: 'Port:port:intstr Host:host:string',
  Taint: 'Key:key:string Value:value:string Effect:effect:string TimeAdded:timeAdded:*json',
  Toleration:
    'Key:key:string Operator:operator:string Value:value:string Effect:effect:string TolerationSeconds:tolerationSeconds:*int',
  TopologySpreadConstraint:
    'MaxSkew:maxSkew:int TopologyKey:topologyKey:string WhenUnsatisfiable:whenUnsatisfiable:string LabelSelector:labelSelector:*json MinDomains:minDomains:*int NodeAffinityPolicy:nodeAffinityPolicy:*string NodeTaintsPolicy:nodeTaintsPolicy:*string MatchLabelKeys:matchLabelKeys:[]string',
  TypedLocalObjectReference: 'APIGroup:apiGroup:*string Kind:kind:string Name:name:string',
  TypedObjectReference: 'APIGroup:apiGroup:*string Kind:kind:string Name:name:string Namespace:namespace:*string',
  UncountedTerminatedPods: 'Succeeded:succeeded:[]string Failed:failed:[]string',
  Volume: 'Name:name:string =VolumeSource',
  VolumeAttachmentSource:
    'PersistentVolumeName:persistentVolumeName:*string InlineVolumeSpec:inlineVolumeSpec:*PersistentVolumeSpec',
  VolumeAttachmentSpec: 'Attacher:attacher:string Source:source:VolumeAttachmentSource NodeName:nodeName:string',
  VolumeDevice: 'Name:name:string DevicePath:devicePath:string',
  VolumeMount:
    'Name:name:string ReadOnly:readOnly:bool RecursiveReadOnly:recursiveReadOnly:*string MountPath:mountPath:string SubPath:subPath:string MountPropagation:mountPropagation:*string SubPathExpr:subPathExpr:string',
  VolumeNodeAffinity: 'Required:required:*NodeSelector',
  VolumeNodeResources: 'Count:count:*int',
  VolumeProjection:
    'Secret:secret:*SecretProjection DownwardAPI:downwardAPI:*DownwardAPIProjection ConfigMap:configMap:*ConfigMapProjection ServiceAccountToken:serviceAccountToken:*ServiceAccountTokenProjection ClusterTrustBundle:clusterTrustBundle:*ClusterTrustBundleProjection PodCertificate:podCertificate:*PodCertificateProjection',
  VolumeResourceRequirements: 'Limits:limits:map Requests:requests:map',
  VolumeSource:
    'HostPath:hostPath:*HostPathVolumeSource EmptyDir:emptyDir:*EmptyDirVolumeSource GCEPersistentDisk:gcePersistentDisk:*GCEPersistentDiskVolumeSource AWSElasticBlockStore:awsElasticBlockStore:*AWSElasticBlockStoreVolumeSource GitRepo:gitRepo:*GitRepoVolumeSource Secret:secret:*SecretVolumeSource NFS:nfs:*NFSVolumeSource ISCSI:iscsi:*ISCSIVolumeSource Glusterfs:glusterfs:*GlusterfsVolumeSource PersistentVolumeClaim:persistentVolumeClaim:*PersistentVolumeClaimVolumeSource RBD:rbd:*RBDVolumeSource Quobyte:quobyte:*QuobyteVolumeSource FlexVolume:flexVolume:*FlexVolumeSource Cinder:cinder:*CinderVolumeSource CephFS:cephfs:*CephFSVolumeSource Flocker:flocker:*FlockerVolumeSource DownwardAPI:downwardAPI:*DownwardAPIVolumeSource FC:fc:*FCVolumeSource AzureFile:azureFile:*AzureFileVolumeSource ConfigMap:configMap:*ConfigMapVolumeSource VsphereVolume:vsphereVolume:*VsphereVirtualDiskVolumeSource AzureDisk:azureDisk:*AzureDiskVolumeSource PhotonPersistentDisk:photonPersistentDisk:*PhotonPersistentDiskVolumeSource Projected:projected:*ProjectedVolumeSource PortworxVolume:portworxVolume:*PortworxVolumeSource ScaleIO:scaleIO:*ScaleIOVolumeSource StorageOS:storageos:*StorageOSVolumeSource CSI:csi:*CSIVolumeSource Ephemeral:ephemeral:*EphemeralVolumeSource Image:image:*ImageVolumeSource',
  VsphereVirtualDiskVolumeSource:
    'VolumePath:volumePath:string FSType:fsType:string StoragePolicyName:storagePolicyName:string StoragePolicyID:storagePolicyID:string',
  WeightedPodAffinityTerm: 'Weight:weight:int PodAffinityTerm:podAffinityTerm:PodAffinityTerm',
  WindowsSecurityContextOptions:
    'GMSACredentialSpecName:gmsaCredentialSpecName:*string GMSACredentialSpec:gmsaCredentialSpec:*string RunAsUserName:runAsUserName:*string HostProcess:hostProcess:*bool',
};
