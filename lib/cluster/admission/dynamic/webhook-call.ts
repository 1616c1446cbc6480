import type { Clock } from '../../../kit/clock.ts';
import type { ByteDuplex } from '../../machinery/kubelet-api.ts';
import { isJsonObject, type JsonObject } from '../../machinery/object.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import { endpointslices, services } from '../../schema/generated/resources.ts';
import type {
  AdmissionregistrationV1ServiceReference as ServiceReference,
  AdmissionregistrationV1WebhookClientConfig as WebhookClientConfig,
  Service,
} from '../../schema/generated/types.ts';
import type { AdmissionContext } from '../plugin.ts';
import { postHttps, type HttpsAnswer, type HttpsTarget } from './https-post.ts';

/** Where a webhook is, as its requests' errors name it and as it is dialled. */
interface Destination {
  url: string;
  target: Omit<HttpsTarget, 'authority'>;
  reach: () => Promise<ByteDuplex>;
}

const DEFAULT_PORT = 443;

/** What a client of the API makes of a status code that came without words. */
const REFUSALS: Readonly<Record<number, string>> = {
  401: 'has asked for the client to provide credentials',
  403: 'does not allow this method on the requested resource',
  404: 'could not find the requested resource',
  405: 'does not allow this method on the requested resource',
  503: 'is currently unable to handle the request',
};

/** What a Go client says when a connection cannot be made. */
function dialError(err: unknown, host: string, port: number): Error {
  const code = (err as { code?: string }).code;
  const at = `dial tcp ${host}:${port}`;
  switch (code) {
    case 'ECONNREFUSED':
      return new Error(`${at}: connect: connection refused`);
    case 'EHOSTUNREACH':
      return new Error(`${at}: connect: no route to host`);
    case 'ENETUNREACH':
      return new Error(`${at}: connect: network is unreachable`);
    case 'ETIMEDOUT':
      return new Error(`${at}: i/o timeout`);
    case 'ENOTFOUND':
      return new Error(`dial tcp: lookup ${host}: no such host`);
    default:
      return new Error(`${at}: ${err instanceof Error ? err.message : String(err)}`);
  }
}

async function dial(context: AdmissionContext, host: string, port: number): Promise<ByteDuplex> {
  try {
    return await context.dial(host, port);
  } catch (err) {
    throw dialError(err, host, port);
  }
}

/** A ready endpoint of a service's port. */
async function endpointOf(service: Service, port: number, { client }: AdmissionContext) {
  const { name, namespace = '' } = service.metadata;
  const own = service.spec.ports?.find((p) => p.port === port);
  if (!own) throw new Error(`no service port ${port} found for service ${JSON.stringify(name)}`);
  const { items } = await client.list(endpointslices, {
    namespace,
    labelSelector: `kubernetes.io/service-name=${name}`,
  });
  for (const slice of items) {
    const target = slice.ports?.find((p) => (p.name ?? '') === (own.name ?? ''))?.port;
    const host = slice.endpoints?.find((e) => e.conditions?.ready ?? true)?.addresses[0];
    if (target !== undefined && host !== undefined) return { host, port: target };
  }
  throw new Error(`no endpoints available for service ${JSON.stringify(name)}`);
}

function toService(
  { name, namespace, path = '', port = DEFAULT_PORT }: ServiceReference,
  context: AdmissionContext,
): Destination {
  const serverName = `${name}.${namespace}.svc`;
  const absolute = path.startsWith('/') ? path : `/${path}`;
  return {
    url: `https://${serverName}:${port}${absolute}`,
    target: { serverName, port, path: absolute },
    async reach() {
      let service: Service;
      try {
        service = await context.client.get(services, namespace, name);
      } catch (err) {
        if (isNotFound(err)) throw new Error(`service ${JSON.stringify(name)} not found`, { cause: err });
        throw err;
      }
      const endpoint = await endpointOf(service, port, context);
      return dial(context, endpoint.host, endpoint.port);
    },
  };
}

function destination({ service, url = '' }: WebhookClientConfig, context: AdmissionContext): Destination {
  if (service) return toService(service, context);
  const parsed = new URL(url);
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  const port = Number(parsed.port || DEFAULT_PORT);
  return {
    url: `https://${parsed.host}${parsed.pathname}`,
    target: { serverName: host, port, path: parsed.pathname },
    reach: () => dial(context, host, port),
  };
}

function expired(clock: Clock, seconds: number): { promise: Promise<never>; cancel(): void } {
  let fail: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_, reject) => (fail = reject));
  const timer = clock.after(seconds * 1000, () => fail(new Error('context deadline exceeded')));
  return { promise, cancel: () => timer.cancel() };
}

/** Sends a webhook a review and answers what it says of it; rejects with what upstream says of a call that failed. */
export async function callWebhook(
  config: WebhookClientConfig,
  seconds: number,
  review: JsonObject,
  context: AdmissionContext,
): Promise<JsonObject> {
  const { url, target, reach } = destination(config, context);
  const authority = config.caBundle ? Buffer.from(config.caBundle, 'base64').toString('utf8') : undefined;
  const path = `${target.path}?timeout=${seconds}s`;
  const deadline = expired(context.clock, seconds);
  let answer: HttpsAnswer;
  try {
    const exchange = async () => postHttps(await reach(), { ...target, path, authority }, JSON.stringify(review));
    answer = await Promise.race([exchange(), deadline.promise]);
  } catch (err) {
    const why = err instanceof Error ? err.message : String(err);
    throw new Error(`failed to call webhook: Post "${url}?timeout=${seconds}s": ${why}`, { cause: err });
  } finally {
    deadline.cancel();
  }
  return readAnswer(answer);
}

function readAnswer({ status, body }: HttpsAnswer): JsonObject {
  if (status < 200 || status > 299)
    throw new Error(
      `failed to call webhook: the server ${REFUSALS[status] ?? 'rejected our request for an unknown reason'}`,
    );
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    value = undefined;
  }
  if (!isJsonObject(value))
    throw new Error(`failed to call webhook: couldn't get version/kind; json parse error: invalid character`);
  return value;
}
