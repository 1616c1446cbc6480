import { invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { dns1123Label, portName, wildcardDns1123Subdomain } from '../../machinery/names.ts';
import { parseAddress } from '../../machinery/names-of-addresses.ts';
import type { HTTPIngressPath, IngressBackend, IngressRule, IngressTLS } from '../../schema/generated/types.ts';
import { complaints, subdomainName, validPort } from '../shared/field-rules.ts';
import { validateTypedReference } from './typed-reference.ts';

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const BAD_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const BAD_ENDS = ['/..', '/.'];

/** A host name, or one with `*.` in front. */
function validateHost(host: string, at: FieldPath): FieldError[] {
  return host.includes('*') ? complaints(at, host, wildcardDns1123Subdomain(host)) : subdomainName(at, host);
}

export function validateBackend(backend: IngressBackend, at: FieldPath): FieldError[] {
  const { resource, service } = backend;
  if (resource && service) return [invalid(at, '', 'cannot set both resource and service backends')];
  if (resource) return validateTypedReference(resource, at.child('resource'), (field) => `${field} is required`);
  if (!service) return [invalid(at, '', 'resource or service backend is required')];
  const name = at.child('service', 'name');
  const errors = service.name ? complaints(name, service.name, dns1123Label(service.name)) : [required(name)];
  const port = at.child('service', 'port');
  const { name: portText, number } = service.port ?? {};
  if (portText && number) errors.push(invalid(at, '', 'cannot set both port name & port number'));
  else if (portText) errors.push(...complaints(port.child('name'), portText, portName(portText)));
  else if (number) errors.push(...validPort(port.child('number'), number));
  else errors.push(required(at, 'port name or number is required'));
  return errors;
}

function validatePath({ path = '', pathType, backend }: HTTPIngressPath, at: FieldPath): FieldError[] {
  if (pathType === undefined) return [required(at.child('pathType'), 'pathType must be specified')];
  const here = at.child('path');
  const absolute = path.startsWith('/') ? [] : [invalid(here, path, 'must be an absolute path')];
  const errors: FieldError[] = [];
  if (pathType === 'Exact' || pathType === 'Prefix') {
    errors.push(
      ...absolute,
      ...BAD_SEQUENCES.filter((s) => path.includes(s)).map((s) => invalid(here, path, `must not contain '${s}'`)),
      ...BAD_ENDS.filter((s) => path.endsWith(s)).map((s) => invalid(here, path, `cannot end with '${s}'`)),
    );
  } else if (pathType === 'ImplementationSpecific') errors.push(...(path === '' ? [] : absolute));
  else errors.push(notSupported(at.child('pathType'), pathType, PATH_TYPES));
  return [...errors, ...validateBackend(backend ?? {}, at.child('backend'))];
}

export function validateRule({ host, http }: IngressRule, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (host) {
    const here = at.child('host');
    if (parseAddress(host)) errors.push(invalid(here, host, 'must be a DNS name, not an IP address'));
    errors.push(...validateHost(host, here));
  }
  if (!http) return errors;
  const paths = at.child('http', 'paths');
  if (!http.paths?.length) errors.push(required(paths));
  return [...errors, ...(http.paths ?? []).flatMap((path, i) => validatePath(path, paths.index(i)))];
}

export function validateTls({ hosts = [], secretName }: IngressTLS, at: FieldPath): FieldError[] {
  return [
    ...hosts.flatMap((host, i) => validateHost(host, at.child('hosts').index(i))),
    ...(secretName ? subdomainName(at.child('secretName'), secretName) : []),
  ];
}
