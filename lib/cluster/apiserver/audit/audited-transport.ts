import type { ApiRequest } from '../../machinery/api-request.ts';
import { statusOf } from '../../machinery/status-error.ts';
import type { UserInfo } from '../../machinery/user.ts';
import type { ApiTransport } from '../options.ts';
import type { Auditor, AuditEntry } from './auditor.ts';

const CODES: Partial<Record<ApiRequest['verb'], number>> = { create: 201 };

function uriOf({ group, version, resource, subresource, namespace, name, options }: ApiRequest): string {
  const parts = [
    group ? `/apis/${group}/${version}` : `/api/${version}`,
    ...(namespace ? [`namespaces/${namespace}`] : []),
    resource,
    ...(name ? [name] : []),
    ...(subresource ? [subresource] : []),
  ];
  const query = new URLSearchParams(
    Object.entries(options ?? {}).flatMap(([key, value]): [string, string][] =>
      value === undefined ? [] : [[key, String(value)]],
    ),
  ).toString();
  return parts.join('/') + (query && `?${query}`);
}

/** The requests that a component of the cluster makes inside the process, audited as those of a socket are. */
export function auditedTransport(transport: ApiTransport, user: UserInfo, auditor: Auditor): ApiTransport {
  const begin = (request: ApiRequest, verb = request.verb): AuditEntry | undefined => {
    const { group, version, resource, subresource = '', namespace = '', name = '' } = request;
    const uri = uriOf(request);
    return auditor.begin({ user, verb, uri, sourceIp: '::1', group, version, resource, subresource, namespace, name });
  };
  const failed = (entry: AuditEntry | undefined, err: unknown) => {
    const status = statusOf(err);
    if (status) entry?.complete(status.code ?? 500, { ...status, kind: 'Status' });
  };
  return {
    async call(request) {
      const entry = begin(request);
      entry?.request(request.body);
      try {
        const result = await transport.call(request);
        entry?.complete(CODES[request.verb] ?? 200, result.object);
        return result;
      } catch (err) {
        failed(entry, err);
        throw err;
      }
    },
    async watch(request, onEvent, onEnd) {
      const entry = begin(request, 'watch');
      try {
        const handle = await transport.watch(request, onEvent, (error) => {
          entry?.complete(200);
          onEnd(error);
        });
        entry?.started(200);
        return handle;
      } catch (err) {
        failed(entry, err);
        throw err;
      }
    },
  };
}
