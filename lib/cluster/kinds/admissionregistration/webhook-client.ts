import { invalid, required, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { portNumber } from '../../machinery/names-of-numbers.ts';
import type {
  AdmissionregistrationV1ServiceReference,
  AdmissionregistrationV1WebhookClientConfig,
} from '../../schema/generated/types.ts';

const FORM = 'desired format: https://host[/path]';

function validateUrl(text: string, at: FieldPath): FieldError[] {
  const parts = /^(?:([A-Za-z][A-Za-z\d+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(text);
  const [, scheme = '', authority = '', , query = '', fragment = ''] = parts ?? [];
  const [host, user] = authority.split('@').toReversed();
  const errors: FieldError[] = [];
  if (scheme !== 'https') errors.push(invalid(at, scheme, `'https' is the only allowed URL scheme; ${FORM}`));
  if (!host) errors.push(invalid(at, host ?? '', `host must be specified; ${FORM}`));
  if (user) errors.push(invalid(at, user, 'user information is not permitted in the URL'));
  if (fragment) errors.push(invalid(at, fragment, 'fragments are not permitted in the URL'));
  if (query) errors.push(invalid(at, query, 'query parameters are not permitted in the URL'));
  return errors;
}

function validateService(service: Partial<AdmissionregistrationV1ServiceReference>, at: FieldPath): FieldError[] {
  const { name, namespace, path, port = 443 } = service;
  const wrongPort = portNumber(port);
  const errors: FieldError[] = [];
  if (!name) errors.push(required(at.child('name'), 'service name is required'));
  if (!namespace) errors.push(required(at.child('namespace'), 'service namespace is required'));
  if (wrongPort.length > 0) errors.push(invalid(at.child('port'), port, `port is not valid: ${wrongPort.join(', ')}`));
  if (path && !path.startsWith('/')) errors.push(invalid(at.child('path'), path, "must start with a '/'"));
  return errors;
}

/** Where a webhook is called: at a URL or at a Service. */
export function validateClient(client: AdmissionregistrationV1WebhookClientConfig, at: FieldPath): FieldError[] {
  const { url, service } = client;
  if ((url === undefined) === (service === undefined))
    return [required(at, 'exactly one of url or service is required')];
  return url === undefined ? validateService(service ?? {}, at.child('service')) : validateUrl(url, at.child('url'));
}
