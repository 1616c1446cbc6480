import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Duplex, Readable } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { randomInt } from '../../../kit/random.ts';
import type { ByteDuplex } from '../../machinery/kubelet-api.ts';
import { StatusError, badRequest, notFound } from '../../machinery/status-error.ts';
import { endpoints, endpointslices, nodes, services } from '../../schema/generated/resources.ts';
import type { EndpointSlice, Node, Service } from '../../schema/generated/types.ts';
import { storageKey, storagePrefix } from '../../store/keys.ts';
import type { Core } from '../core.ts';
import { asObject } from '../core.ts';
import type { Edge, ResourceRequest } from '../handle.ts';
import { findPod } from './pod-target.ts';
import { proxiedPage } from './proxied-page.ts';

interface Target {
  host: string;
  port: number;
  /** Whether it speaks TLS. Its certificate is not checked, as upstream does not check it. */
  tls?: boolean;
}

const KUBELET_PORT = 10_250;

const unavailable = (message: string) => new StatusError(503, 'ServiceUnavailable', message);

/** `name`, `name:port` or `scheme:name:port`. */
function splitName(text: string): { name: string; port: string; scheme: string } {
  const parts = text.split(':');
  if (parts.length > 3) throw badRequest(`invalid request ${JSON.stringify(text)}`);
  if (parts.length === 3) return { scheme: parts[0] ?? '', name: parts[1] ?? '', port: parts[2] ?? '' };
  return { scheme: '', name: parts[0] ?? '', port: parts[1] ?? '' };
}

function podTarget(core: Core, namespace: string, name: string, port: string): Target {
  const pod = findPod(core, namespace, name);
  const host = pod.status?.podIP;
  if (!host) throw badRequest('address not allowed');
  const declared = pod.spec.containers.flatMap((c) => c.ports ?? []);
  const number = port ? Number(port) : (declared[0]?.containerPort ?? 80);
  if (!Number.isInteger(number) || number < 1 || number > 65535)
    throw badRequest(`invalid port ${JSON.stringify(port)}`);
  return { host, port: number };
}

/** A ready endpoint of a service, chosen at random, by the name or number of the service's port. */
function serviceTarget(core: Core, namespace: string, name: string, port: string): Target {
  const found = core.store.get(storageKey(services, namespace, name));
  if (!found) throw notFound(services, name);
  const service = asObject(found) as unknown as Service;
  let portName = port;
  if (/^\d+$/.test(port)) {
    const own = service.spec.ports?.find((p) => p.port === Number(port));
    if (!own) throw unavailable(`no service port ${port} found for service ${JSON.stringify(name)}`);
    portName = own.name ?? '';
  }
  // Upstream looks the service up by its Endpoints, which one without a selector does not have.
  if (!core.store.get(storageKey(endpoints, namespace, name))) throw notFound(services, name);
  const slices = core.store.list(storagePrefix(endpointslices, namespace)).items as unknown as EndpointSlice[];
  const targets = slices
    .filter((s) => s.metadata.labels?.['kubernetes.io/service-name'] === name)
    .flatMap((slice) => {
      const number = slice.ports?.find((p) => (p.name ?? '') === portName)?.port;
      if (number === undefined) return [];
      const ready = slice.endpoints?.filter((e) => e.conditions?.ready ?? true) ?? [];
      return ready.flatMap((e) => e.addresses.slice(0, 1).map((host) => ({ host, port: number })));
    });
  const target = targets[randomInt(core.random, targets.length)];
  if (!target) throw unavailable(`no endpoints available for service ${JSON.stringify(name)}`);
  return target;
}

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'proxy-connection',
]);

function forwardedHeaders(request: Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of request.headers) {
    if (!HOP_BY_HOP.has(name) && name !== 'authorization' && name !== 'host') headers[name] = value;
  }
  return headers;
}

/** Sends a request over a connection that is there already. */
function exchange(connection: ByteDuplex, target: Target, path: string, request: Request): Promise<IncomingMessage> {
  const plain = Duplex.fromWeb(connection as unknown as Parameters<typeof Duplex.fromWeb>[0]);
  const duplex = target.tls ? tlsConnect({ socket: plain, rejectUnauthorized: false }) : plain;
  return new Promise<IncomingMessage>((done, fail) => {
    const outgoing = httpRequest(
      {
        createConnection: () => duplex,
        method: request.method,
        path,
        headers: { ...forwardedHeaders(request), host: `${target.host}:${target.port}`, connection: 'close' },
        signal: request.signal,
      },
      done,
    );
    duplex.once('error', fail);
    outgoing.once('error', fail);
    if (request.body)
      Readable.fromWeb(request.body as unknown as Parameters<typeof Readable.fromWeb>[0]).pipe(outgoing);
    else outgoing.end();
  });
}

/** What a Go client says of a connection that could not be made. */
function why(err: unknown, { host, port }: Target): string {
  const at = `dial tcp ${host}:${port}`;
  switch ((err as { code?: string } | null)?.code) {
    case 'ECONNREFUSED':
      return `${at}: connect: connection refused`;
    case 'EHOSTUNREACH':
      return `${at}: connect: no route to host`;
    case 'ETIMEDOUT':
      return `${at}: i/o timeout`;
    default:
      return err instanceof Error ? err.message : String(err);
  }
}

/** Where a page's own links can work: a path that lacks its last slash is sent to the one that has it. */
function slashAdded({ request, path, url }: ResourceRequest): Response | undefined {
  if (path.rest !== '' || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined;
  return new Response(null, { status: 301, headers: { location: `${url.pathname}/${url.search}` } });
}

async function proxyTo({ options }: Edge, target: Target, found: ResourceRequest): Promise<Response> {
  const redirect = slashAdded(found);
  if (redirect) return redirect;
  const path = (found.path.rest || '/') + found.url.search;
  let incoming: IncomingMessage;
  try {
    incoming = await exchange(await options.dial(target.host, target.port), target, path, found.request);
  } catch (err) {
    throw unavailable(`error trying to reach service: ${why(err, target)}`);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (HOP_BY_HOP.has(name) || value === undefined) continue;
    for (const v of Array.isArray(value) ? value : [value]) headers.append(name, v);
  }
  const status = incoming.statusCode ?? 502;
  const bodyless = status === 204 || status === 304 || status < 200;
  if (!bodyless && incoming.headers['content-type']?.startsWith('text/html')) {
    const page: Buffer[] = [];
    for await (const chunk of incoming) page.push(chunk as Buffer);
    const { pathname } = found.url;
    const prefix = pathname.slice(0, pathname.length - found.path.rest.length).replace(/\/$/, '');
    headers.delete('content-length');
    return new Response(proxiedPage(Buffer.concat(page).toString('utf8'), prefix), { status, headers });
  }
  const body = bodyless ? null : (Readable.toWeb(incoming) as unknown as ReadableStream<Uint8Array>);
  return new Response(body, { status: status < 200 ? 502 : status, headers });
}

export function podProxy(edge: Edge, found: ResourceRequest): Promise<Response> {
  const { name, port, scheme } = splitName(found.path.name);
  const target = podTarget(edge.core, found.path.namespace, name, port);
  return proxyTo(edge, { ...target, tls: scheme === 'https' }, found);
}

export function serviceProxy(edge: Edge, found: ResourceRequest): Promise<Response> {
  const { name, port, scheme } = splitName(found.path.name);
  const target = serviceTarget(edge.core, found.path.namespace, name, port);
  return proxyTo(edge, { ...target, tls: scheme === 'https' }, found);
}

/** The node itself, or the kubelet on it, which answers the API server whatever it is asked. */
export async function nodeProxy(edge: Edge, found: ResourceRequest): Promise<Response> {
  const { name, port } = splitName(found.path.name);
  const node = edge.core.store.get(storageKey(nodes, undefined, name));
  if (!node) throw notFound(nodes, name);
  const { status } = asObject(node) as unknown as Node;
  const kubeletPort = status?.daemonEndpoints?.kubeletEndpoint?.Port ?? KUBELET_PORT;
  if (port !== '' && Number(port) !== kubeletPort) {
    const host = status?.addresses?.find((a) => a.type === 'InternalIP')?.address ?? name;
    return proxyTo(edge, { host, port: Number(port) }, found);
  }
  const redirect = slashAdded(found);
  if (redirect) return redirect;
  const target = (found.path.rest || '/') + found.url.search;
  let page;
  try {
    page = await edge.core.kubelets(node).page(found.request.method, target);
  } catch (err) {
    throw unavailable(`error trying to reach service: ${err instanceof Error ? err.message : String(err)}`);
  }
  return new Response(page.body as BodyInit | undefined, { status: page.status, headers: page.headers ?? {} });
}
