import { forbidden, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { rangeComplaint } from '../../machinery/names-of-numbers.ts';
import { entriesOf, labelName, requiredText, requiredThen } from './field-rules.ts';
import { isAbsolute, noBacksteps } from './paths.ts';

/** A source of a volume, in whichever of the two forms (a Pod's, a PersistentVolume's) it was given. */
export type Source = Record<string, unknown>;
type Check = (at: FieldPath, source: Source) => FieldError[];

const text = (source: Source, key: string): string => (typeof source[key] === 'string' ? source[key] : '');
const number = (source: Source, key: string): number => (typeof source[key] === 'number' ? source[key] : 0);
const list = (source: Source, key: string): unknown[] => (Array.isArray(source[key]) ? source[key] : []);
const object = (source: Source, key: string): Source | undefined => source[key] as Source | undefined;

/** The named texts must not be empty. */
const needs =
  (...keys: string[]): Check =>
  (at, source) =>
    keys.flatMap((key) => requiredText(at.child(key), text(source, key)));

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

const hostPath: Check = (at, source) => {
  const path = text(source, 'path');
  if (!path) return [required(at.child('path'))];
  const type = text(source, 'type');
  return [
    ...noBacksteps(at.child('path'), path),
    ...(HOST_PATH_TYPES.includes(type) ? [] : [notSupported(at.child('type'), type, HOST_PATH_TYPES)]),
  ];
};

const nfs: Check = (at, source) => [
  ...needs('server', 'path')(at, source),
  ...(isAbsolute(text(source, 'path'))
    ? []
    : [invalid(at.child('path'), text(source, 'path'), 'must be an absolute path')]),
];

const disk =
  (id: string): Check =>
  (at, source) => {
    const partition = number(source, 'partition');
    const errors = needs(id)(at, source);
    if (partition < 0 || partition > 255)
      errors.push(invalid(at.child('partition'), partition, rangeComplaint(1, 255)));
    return errors;
  };

const IQN = /iqn\.\d{4}-\d{2}\.([A-Za-z0-9-.]+)(:[^,;*&$|\s]+)$/;
const EUI = /^eui.[A-Za-z0-9]{16}$/;
const NAA = /^naa.[A-Za-z0-9]{32}$/;

function iqnComplaint(name: string, pod: boolean): string | undefined {
  const known: [string, RegExp][] = [
    ['iqn', IQN],
    ['eui', EUI],
    ['naa', NAA],
  ];
  const form = known.find(([prefix]) => name.startsWith(prefix));
  if (!form) return pod ? 'must be valid format starting with iqn, eui, or naa' : 'must be valid format';
  return form[1].test(name) ? undefined : 'must be valid format';
}

const iscsi =
  (pod: boolean): Check =>
  (at, source) => {
    const errors = needs('targetPortal')(at, source);
    const iqn = text(source, 'iqn');
    const badIqn = iqn ? iqnComplaint(iqn, pod) : undefined;
    if (!iqn) errors.push(required(at.child('iqn')));
    if (badIqn) errors.push(invalid(at.child('iqn'), iqn, badIqn));
    const lun = number(source, 'lun');
    if (lun < 0 || lun > 255) errors.push(invalid(at.child('lun'), lun, rangeComplaint(0, 255)));
    const secret = object(source, 'secretRef');
    if ((source.chapAuthDiscovery || source.chapAuthSession) && !secret) errors.push(required(at.child('secretRef')));
    if (!pod && secret && !text(secret, 'name')) errors.push(required(at.child('secretRef', 'name')));
    const initiator = text(source, 'initiatorName');
    const badInitiator = source.initiatorName === undefined ? undefined : iqnComplaint(initiator, pod);
    if (badInitiator) errors.push(invalid(at.child('initiatorname'), initiator, badInitiator));
    return errors;
  };

const fc: Check = (at, source) => {
  const [names, ids] = [list(source, 'targetWWNs'), list(source, 'wwids')];
  const here = at.child('targetWWNs');
  const errors: FieldError[] = [];
  if (!names.length && !ids.length)
    errors.push(required(here, 'must specify either targetWWNs or wwids, but not both'));
  if (names.length && ids.length)
    errors.push(invalid(here, names, 'targetWWNs and wwids can not be specified simultaneously'));
  if (names.length) {
    const lun = number(source, 'lun');
    if (source.lun === undefined) errors.push(required(at.child('lun'), 'lun is required if targetWWNs is specified'));
    else if (lun < 0 || lun > 255) errors.push(invalid(at.child('lun'), lun, rangeComplaint(0, 255)));
  }
  return errors;
};

const flexVolume: Check = (at, source) => {
  const errors = needs('driver')(at, source);
  for (const [key] of entriesOf(object(source, 'options'))) {
    const domain = `.${(key.split('/')[0] ?? '').toLowerCase()}`;
    if (domain.endsWith('.kubernetes.io') || domain.endsWith('.k8s.io')) {
      errors.push(invalid(at.child('options').key(key), key, 'kubernetes.io and k8s.io namespaces are reserved'));
    }
  }
  return errors;
};

const flocker: Check = (at, source) => {
  const [name, uuid] = [text(source, 'datasetName'), text(source, 'datasetUUID')];
  const errors: FieldError[] = [];
  if (!name && !uuid) errors.push(required(at, 'one of datasetName and datasetUUID is required'));
  if (name && uuid)
    errors.push(invalid(at, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
  if (name.includes('/')) errors.push(invalid(at.child('datasetName'), name, "must not contain '/'"));
  return errors;
};

const quobyte: Check = (at, source) => {
  const registry = text(source, 'registry');
  const shape = 'must be a host:port pair or multiple pairs separated by commas';
  const errors: FieldError[] = [];
  if (!registry) errors.push(required(at.child('registry'), shape));
  else if (text(source, 'tenant').length >= 65) {
    errors.push(required(at.child('tenant'), 'must be a UUID and may not exceed a length of 64 characters'));
  } else {
    const bad = registry.split(',').filter((pair) => !/^([^:]*|\[[^\]]*\]):[^:]*$/.test(pair));
    errors.push(...bad.map(() => invalid(at.child('registry'), registry, shape)));
  }
  return [...errors, ...needs('volume')(at, source)];
};

const AZURE_CACHING = ['None', 'ReadOnly', 'ReadWrite'];
const AZURE_KINDS = ['Dedicated', 'Managed', 'Shared'];
const AZURE_MANAGED = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';
const AZURE_BLOB = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';

const azureDisk: Check = (at, source) => {
  const errors = needs('diskName', 'diskURI')(at, source);
  const [caching, kind, uri] = [text(source, 'cachingMode'), text(source, 'kind'), text(source, 'diskURI')];
  if (source.cachingMode !== undefined && !AZURE_CACHING.includes(caching)) {
    errors.push(notSupported(at.child('cachingMode'), caching, AZURE_CACHING));
  }
  if (source.kind === undefined) return errors;
  if (!AZURE_KINDS.includes(kind)) errors.push(notSupported(at.child('kind'), kind, AZURE_KINDS));
  const managed = kind === 'Managed';
  if (!uri.startsWith(managed ? '/subscriptions/' : 'https://')) {
    errors.push(notSupported(at.child('diskURI'), uri, [managed ? AZURE_MANAGED : AZURE_BLOB]));
  }
  return errors;
};

const secretRef =
  (...keys: string[]): Check =>
  (at, source) => {
    const secret = object(source, 'secretRef');
    return secret ? needs(...keys)(at.child('secretRef'), secret) : [];
  };

const all =
  (...checks: Check[]): Check =>
  (at, source) =>
    checks.flatMap((check) => check(at, source));

const storageOs =
  (...secretKeys: string[]): Check =>
  (at, source) => [
    ...requiredThen(at.child('volumeName'), text(source, 'volumeName'), labelName),
    ...(text(source, 'volumeNamespace') ? labelName(at.child('volumeNamespace'), text(source, 'volumeNamespace')) : []),
    ...secretRef(...secretKeys)(at, source),
  ];

const monitors: Check = (at, source) => (list(source, 'monitors').length ? [] : [required(at.child('monitors'))]);

/** The checks of sources that both Pods and PersistentVolumes have; the second form is the PersistentVolume's. */
export const sourceChecks = {
  hostPath,
  nfs,
  gcePersistentDisk: disk('pdName'),
  awsElasticBlockStore: disk('volumeID'),
  iscsi: iscsi(true),
  iscsiVolume: iscsi(false),
  glusterfs: needs('endpoints', 'path'),
  flocker,
  rbd: all(monitors, needs('image')),
  cinder: all(needs('volumeID'), secretRef('name')),
  cinderVolume: all(needs('volumeID'), secretRef('name', 'namespace')),
  cephfs: monitors,
  quobyte,
  fc,
  flexVolume,
  azureFile: needs('secretName', 'shareName'),
  vsphereVolume: needs('volumePath'),
  photonPersistentDisk: needs('pdID'),
  portworxVolume: needs('volumeID'),
  azureDisk,
  storageos: storageOs('name'),
  storageosVolume: storageOs('name', 'namespace'),
  scaleIO: needs('gateway', 'system', 'volumeName'),
  persistentVolumeClaim: needs('claimName'),
} satisfies Record<string, Check>;

/** How one source is named in messages (which is not always its field's name), and checked. */
export interface SourceRule {
  /** The field of the volume. */
  key: string;
  /** The path of complaints about the source itself. */
  path?: string;
  /** The path of "more than 1 volume type". */
  extraPath?: string;
  check: Check;
}

/** Exactly one source. The order of `rules` is that of upstream's messages. */
export function validateSources(
  at: FieldPath,
  volume: Source,
  rules: readonly SourceRule[],
): { errors: FieldError[]; count: number } {
  const errors: FieldError[] = [];
  let count = 0;
  for (const { key, path = key, extraPath = key, check } of rules) {
    const source = object(volume, key);
    if (source === undefined) continue;
    if (count > 0) errors.push(forbidden(at.child(extraPath), 'may not specify more than 1 volume type'));
    else errors.push(...check(at.child(path), source));
    count++;
  }
  return { errors, count };
}
