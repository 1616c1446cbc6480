import type { Clock } from '../../../kit/clock.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import { endpointslices, services } from '../../schema/generated/resources.ts';
import type {
  AdmissionregistrationV1ServiceReference as ServiceReference,
  AdmissionregistrationV1WebhookClientConfig as WebhookClientConfig,
  Service,
} from '../../schema/generated/types.ts';
import type { AdmissionContext } from '../plugin.ts';

/** Where a webhook is, as its requests' errors name it and as it is dialled. */
interface Destination {
  url: string;
  reach: () => Promise<void>;
}

const DEFAULT_PORT = 443;

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

/**
 * Connects. No program of the simulated images speaks TLS as a webhook must, so whoever is reached answers the handshake
 * as a plain HTTP server does.
 */
async function connect(context: AdmissionContext, host: string, port: number): Promise<void> {
  let connection: Awaited<ReturnType<AdmissionContext['dial']>>;
  try {
    connection = await context.dial(host, port);
  } catch (err) {
    throw dialError(err, host, port);
  }
  await connection.readable.cancel();
  throw new Error('http: server gave HTTP response to HTTPS client');
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
  return {
    url: `https://${name}.${namespace}.svc:${port}${path.startsWith('/') ? path : `/${path}`}`,
    async reach() {
      let service: Service;
      try {
        service = await context.client.get(services, namespace, name);
      } catch (err) {
        if (isNotFound(err)) throw new Error(`service ${JSON.stringify(name)} not found`, { cause: err });
        throw err;
      }
      const endpoint = await endpointOf(service, port, context);
      await connect(context, endpoint.host, endpoint.port);
    },
  };
}

function destination({ service, url = '' }: WebhookClientConfig, context: AdmissionContext): Destination {
  if (service) return toService(service, context);
  const parsed = new URL(url);
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  return {
    url: `https://${parsed.host}${parsed.pathname}`,
    reach: () => connect(context, host, Number(parsed.port || DEFAULT_PORT)),
  };
}

function expired(clock: Clock, seconds: number): { promise: Promise<never>; cancel(): void } {
  let fail: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_, reject) => (fail = reject));
  const timer = clock.after(seconds * 1000, () => fail(new Error('context deadline exceeded')));
  return { promise, cancel: () => timer.cancel() };
}

/** Calls a webhook; rejects with what upstream says of a call that failed. */
export async function callWebhook(
  config: WebhookClientConfig,
  seconds: number,
  context: AdmissionContext,
): Promise<void> {
  const { url, reach } = destination(config, context);
  const deadline = expired(context.clock, seconds);
  try {
    await Promise.race([reach(), deadline.promise]);
  } catch (err) {
    const why = err instanceof Error ? err.message : String(err);
    throw new Error(`failed to call webhook: Post "${url}?timeout=${seconds}s": ${why}`, { cause: err });
  } finally {
    deadline.cancel();
  }
}
