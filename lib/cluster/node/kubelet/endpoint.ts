import type { Client } from '../../client/client.ts';
import type { HttpRequest, HttpResponse } from '../../network/stack.ts';
import type { TlsIdentity } from '../../network/tls.ts';
import { isJsonObject, type JsonObject } from '../../machinery/object.ts';
import type { UserInfo } from '../../machinery/user.ts';
import { subjectaccessreviews, tokenreviews } from '../../schema/generated/resources.ts';
import { certificateUser } from './certificate-user.ts';
import type { Kubelet } from './kubelet.ts';
import { kubeletPage } from './pages/index.ts';
import { KubeletServer } from './server.ts';

const ANONYMOUS: UserInfo = { username: 'system:anonymous', groups: ['system:unauthenticated'] };

const VERBS: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

const refuse = (status: number, body: string): HttpResponse => ({
  status,
  headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  body,
});

function partOf(config: JsonObject, ...path: string[]): JsonObject {
  let value: unknown = config;
  for (const name of path) value = isJsonObject(value) ? value[name] : undefined;
  return isJsonObject(value) ? value : {};
}

/** What of a node's subresources a path is: the first that the user may use lets it through. */
function subresources(path: string): string[] {
  const under = (...roots: string[]) => roots.some((root) => path === root || path.startsWith(`${root}/`));
  if (under('/stats')) return ['stats'];
  if (under('/metrics')) return ['metrics'];
  if (under('/logs')) return ['log'];
  if (under('/checkpoint')) return ['checkpoint'];
  if (under('/configz')) return ['configz', 'proxy'];
  if (under('/healthz')) return ['healthz', 'proxy'];
  if (under('/pods', '/runningpods')) return ['pods', 'proxy'];
  return ['proxy'];
}

/** A kubelet's HTTPS server on port 10250: who asks, whether they may, and what they get. */
export class KubeletEndpoint {
  readonly #kubelet: Kubelet;
  readonly #client: Client;

  constructor(kubelet: Kubelet, client: Client) {
    this.#kubelet = kubelet;
    this.#client = client;
  }

  /** What it shows in a handshake; undefined when its files are gone. */
  identity(): TlsIdentity | undefined {
    const { disk, config } = this.#kubelet.options;
    const text = (name: string, usual: string) => {
      const path = config.file[name];
      return disk.read(typeof path === 'string' && path ? path : usual);
    };
    const cert = text('tlsCertFile', '/var/lib/kubelet/pki/kubelet.crt');
    const key = text('tlsPrivateKeyFile', '/var/lib/kubelet/pki/kubelet.key');
    const clientCa = this.#clientCa();
    return cert && key ? { cert, key, ...(clientCa === undefined ? {} : { clientCa }) } : undefined;
  }

  async answer(request: HttpRequest): Promise<HttpResponse> {
    const { method, target } = request;
    const user = await this.#userOf(request);
    if (!user) return refuse(401, 'Unauthorized');
    const verb = VERBS[method] ?? 'get';
    const parts = subresources(new URL(target, 'http://kubelet').pathname);
    if (!(await this.#allows(user, verb, parts)))
      return refuse(
        403,
        `Forbidden (user=${user.username}, verb=${verb}, resource=nodes, subresource(s)=[${parts.join(' ')}])\n`,
      );
    return kubeletPage(this.#kubelet, new KubeletServer(() => this.#kubelet), method, target);
  }

  #clientCa(): string | undefined {
    const { disk, config } = this.#kubelet.options;
    const path = partOf(config.file, 'authentication', 'x509').clientCAFile;
    return typeof path === 'string' && path ? disk.read(path) : undefined;
  }

  async #userOf({ headers, clientCertificate }: HttpRequest): Promise<UserInfo | undefined> {
    const { clock, config } = this.#kubelet.options;
    const authority = this.#clientCa();
    const shown =
      clientCertificate && authority !== undefined
        ? certificateUser(clientCertificate, authority, clock.now())
        : undefined;
    if (shown) return shown;
    const token = /^bearer +(\S.*)$/i.exec(headers.get('authorization')?.trim() ?? '')?.[1];
    if (token !== undefined) return this.#userOfToken(token);
    return partOf(config.file, 'authentication', 'anonymous').enabled === true ? ANONYMOUS : undefined;
  }

  async #userOfToken(token: string): Promise<UserInfo | undefined> {
    if (partOf(this.#kubelet.options.config.file, 'authentication', 'webhook').enabled === false) return undefined;
    try {
      const { status } = await this.#client.create(tokenreviews, { metadata: { name: '' }, spec: { token } });
      const user = status?.authenticated ? status.user : undefined;
      return user?.username ? { username: user.username, groups: user.groups ?? [] } : undefined;
    } catch {
      return undefined;
    }
  }

  async #allows(user: UserInfo, verb: string, parts: readonly string[]): Promise<boolean> {
    const { config, node } = this.#kubelet.options;
    if (partOf(config.file, 'authorization').mode === 'AlwaysAllow') return true;
    for (const subresource of parts) {
      const resourceAttributes = { verb, version: 'v1', resource: 'nodes', subresource, name: node };
      const spec = { user: user.username, groups: [...user.groups], resourceAttributes };
      try {
        const { status } = await this.#client.create(subjectaccessreviews, { metadata: { name: '' }, spec });
        if (status?.allowed) return true;
      } catch {
        return false;
      }
    }
    return false;
  }
}
