import { duplicate, required, type FieldError } from '../../../machinery/field-error.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import { portName } from '../../../machinery/names.ts';
import type { Container, ContainerPort } from '../../../schema/generated/types.ts';
import { complaints, oneOf, validPort } from '../field-rules.ts';

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'] as const;

export function validatePorts(at: FieldPath, ports: readonly ContainerPort[] | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  (ports ?? []).forEach((port, i) => {
    const here = at.index(i);
    if (port.name) {
      const bad = complaints(here.child('name'), port.name, portName(port.name));
      if (bad.length) errors.push(...bad);
      else if (names.has(port.name)) errors.push(duplicate(here.child('name'), port.name));
      else names.add(port.name);
    }
    const number = port.containerPort ?? 0;
    errors.push(
      ...(number === 0 ? [required(here.child('containerPort'))] : validPort(here.child('containerPort'), number)),
    );
    if (port.hostPort) errors.push(...validPort(here.child('hostPort'), port.hostPort));
    errors.push(...oneOf(here.child('protocol'), port.protocol, PROTOCOLS));
  });
  return errors;
}

/** Two containers of a pod cannot bind one port of the host. */
export function hostPortConflicts(at: FieldPath, containers: readonly Container[]): FieldError[] {
  const errors: FieldError[] = [];
  const taken = new Set<string>();
  containers.forEach((container, i) => {
    (container.ports ?? []).forEach((port, j) => {
      if (!port.hostPort) return;
      const key = `${port.protocol ?? ''}/${port.hostIP ?? ''}/${port.hostPort}`;
      if (taken.has(key)) errors.push(duplicate(at.index(i).child('ports').index(j).child('hostPort'), key));
      taken.add(key);
    });
  });
  return errors;
}
