import {
  forbidden,
  invalid,
  notFoundValue,
  notSupported,
  required,
  type FieldError,
} from '../../../machinery/field-error.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import type { Container, Volume, VolumeMount } from '../../../schema/generated/types.ts';
import { localDescendingPath, noBacksteps } from '../paths.ts';

/** The volumes of a pod that are well formed, by name: what mounts may refer to. */
export type VolumesByName = ReadonlyMap<string, Volume>;

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];
const RECURSIVE = ['Disabled', 'Enabled', 'IfPossible'];

function propagation(at: FieldPath, mode: string, container: Container): FieldError[] {
  const errors = PROPAGATIONS.includes(mode) ? [] : [notSupported(at, mode, PROPAGATIONS)];
  if (mode === 'Bidirectional' && !container.securityContext?.privileged) {
    errors.push(forbidden(at, 'Bidirectional mount propagation is available only to privileged containers'));
  }
  return errors;
}

function recursiveReadOnly(at: FieldPath, mount: VolumeMount): FieldError[] {
  const mode = mount.recursiveReadOnly;
  if (mode === undefined || mode === 'Disabled') return [];
  if (!RECURSIVE.includes(mode)) return [notSupported(at, mode, RECURSIVE)];
  const errors: FieldError[] = [];
  if (!mount.readOnly) errors.push(forbidden(at, 'may only be specified when readOnly is true'));
  if (mount.mountPropagation !== undefined && mount.mountPropagation !== 'None') {
    errors.push(forbidden(at, 'may only be specified when mountPropagation is None or not specified'));
  }
  return errors;
}

/** Paths of sub-paths and propagation lack the index: so does upstream's message. */
export function validateVolumeMounts(at: FieldPath, container: Container, volumes: VolumesByName): FieldError[] {
  const errors: FieldError[] = [];
  const devices = container.volumeDevices ?? [];
  const paths = new Set<string>();
  (container.volumeMounts ?? []).forEach((mount, i) => {
    const here = at.index(i);
    const name = mount.name ?? '';
    const path = mount.mountPath ?? '';
    if (!name) errors.push(required(here.child('name')));
    if (!volumes.has(name)) errors.push(notFoundValue(here.child('name'), name));
    if (!path) errors.push(required(here.child('mountPath')));
    if (paths.has(path)) errors.push(invalid(here.child('mountPath'), path, 'must be unique'));
    paths.add(path);
    if (devices.some((d) => d.name === name))
      errors.push(invalid(here.child('name'), name, 'must not already exist in volumeDevices'));
    if (devices.some((d) => d.devicePath === path)) {
      errors.push(invalid(here.child('mountPath'), path, 'must not already exist as a path in volumeDevices'));
    }
    if (mount.subPath) errors.push(...localDescendingPath(at.child('subPath'), mount.subPath));
    if (mount.subPathExpr) {
      if (mount.subPath) {
        errors.push(
          invalid(here.child('subPathExpr'), mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'),
        );
      }
      errors.push(...localDescendingPath(at.child('subPathExpr'), mount.subPathExpr));
    }
    if (mount.mountPropagation !== undefined) {
      errors.push(...propagation(at.child('mountPropagation'), mount.mountPropagation, container));
    }
    errors.push(...recursiveReadOnly(at.child('recursiveReadOnly'), mount));
  });
  return errors;
}

export function validateVolumeDevices(at: FieldPath, container: Container, volumes: VolumesByName): FieldError[] {
  const errors: FieldError[] = [];
  const mounts = container.volumeMounts ?? [];
  const paths = new Set<string>();
  const names = new Set<string>();
  (container.volumeDevices ?? []).forEach((device, i) => {
    const here = at.index(i);
    const name = device.name ?? '';
    const path = device.devicePath ?? '';
    const volume = volumes.get(name);
    if (!name) errors.push(required(here.child('name')));
    if (names.has(name)) errors.push(invalid(here.child('name'), name, 'must be unique'));
    if (!volume) errors.push(notFoundValue(here.child('name'), name));
    else if (!volume.persistentVolumeClaim && !volume.ephemeral) {
      errors.push(
        invalid(
          here.child('name'),
          name,
          'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
        ),
      );
    }
    if (!path) errors.push(required(here.child('devicePath')));
    if (paths.has(path)) errors.push(invalid(here.child('devicePath'), path, 'must be unique'));
    if (path && noBacksteps(here, path).length) {
      errors.push(invalid(here.child('devicePath'), path, "can not contain backsteps ('..')"));
    } else paths.add(path);
    if (mounts.some((m) => m.name === name))
      errors.push(invalid(here.child('name'), name, 'must not already exist in volumeMounts'));
    if (mounts.some((m) => m.mountPath === path)) {
      errors.push(invalid(here.child('devicePath'), path, 'must not already exist as a path in volumeMounts'));
    }
    if (name) names.add(name);
  });
  return errors;
}
