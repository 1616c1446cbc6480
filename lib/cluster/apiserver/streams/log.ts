import type { LogOptions } from '../../machinery/kubelet-api.ts';
import { badRequest, invalidObject } from '../../machinery/status-error.ts';
import type { FieldError } from '../../machinery/field-error.ts';
import { forbidden, invalid } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import type { Edge, ResourceRequest } from '../handle.ts';
import { booleanParameter } from '../request-path.ts';
import { chooseContainer, findPod, identityOf, kubeletOf } from './pod-target.ts';

function numberParameter(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^[+-]?\d{1,18}$/.test(text))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

function logOptions(query: URLSearchParams, container: string, signal: AbortSignal): LogOptions {
  const flag = (name: string) => booleanParameter(query, name) ?? false;
  const numbers = {
    sinceSeconds: numberParameter(query, 'sinceSeconds'),
    tailLines: numberParameter(query, 'tailLines'),
    limitBytes: numberParameter(query, 'limitBytes'),
  };
  const sinceTime = query.get('sinceTime') || undefined;
  const errors: FieldError[] = [];
  const { sinceSeconds, tailLines, limitBytes } = numbers;
  if (tailLines !== undefined && tailLines < 0) {
    errors.push(invalid(FieldPath.of('tailLines'), tailLines, 'must be greater than or equal to 0'));
  }
  if (limitBytes !== undefined && limitBytes < 1) {
    errors.push(invalid(FieldPath.of('limitBytes'), limitBytes, 'must be greater than 0'));
  }
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    errors.push(forbidden(FieldPath.of(''), 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    errors.push(invalid(FieldPath.of('sinceSeconds'), sinceSeconds, 'must be greater than 0'));
  }
  if (errors.length) throw invalidObject({ group: '', kind: 'PodLogOptions' }, '', errors);
  return {
    container,
    follow: flag('follow'),
    previous: flag('previous'),
    timestamps: flag('timestamps'),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(sinceTime === undefined ? {} : { sinceTime }),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    signal,
  };
}

/** `pods/log`: a container's output, as plain text. */
export async function log(
  { core }: Edge,
  { path, url, request }: ResourceRequest,
  headers: Headers,
): Promise<Response> {
  const pod = findPod(core, path.namespace, path.name);
  const container = chooseContainer(pod, url.searchParams.get('container') ?? '');
  const options = logOptions(url.searchParams, container, request.signal);
  headers.set('content-type', 'text/plain');
  // Without a node there is nothing to read yet.
  if (!pod.spec.nodeName) return new Response('', { headers });
  const body = await kubeletOf(core, pod).logs(identityOf(pod), options);
  return new Response(body, { headers });
}
