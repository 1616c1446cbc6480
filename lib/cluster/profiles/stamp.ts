import { createHash, createHmac } from 'node:crypto';
import { nameSuffix, randomInt, uuid, type Random } from '../../kit/random.ts';
import type { PkiFiles } from '../access/pki.ts';
import { formatMicroTime, formatTime, type KubeObject, type ObjectMeta } from '../machinery/object.ts';
import { makeBase, type Base } from '../store/base.ts';
import { storageKey } from '../store/keys.ts';
import type { Profile, ProfileObject } from './profile.ts';

export interface StampOptions {
  /** Names the state; a restored cluster is stamped again with the same one. */
  id: string;
  /** When the cluster was made; milliseconds. */
  createdAt: number;
  /** Seeded, so that a restored cluster gets the same uids and ids again. */
  random: Random;
  pki: PkiFiles;
}

/** Old enough that nothing of it looks half-finished, young enough that its bootstrap token is still good. */
export const CLUSTER_AGE = 25 * 60_000;

/** What stands for each cluster's own values in recorded objects. */
const PLACEHOLDER = /<(?:time|uid|id|digest|pem)>/;
/** Members that hold a MicroTime, and whose holder renews them: they start at the present. */
const RENEWED = new Set(['renewTime', 'lastHeartbeatTime']);
/** Leases that components elect a leader by. */
const ELECTIONS = new Set(['kube-controller-manager', 'kube-scheduler']);
const MICRO_TIMES = new Set(['renewTime', 'acquireTime']);

/**
 * A profile's ready state as one cluster's own: its uids, times, container ids, certificates and bootstrap token. What is
 * the same in every cluster is shared between them, not copied.
 */
export function stamp(profile: Profile, options: StampOptions): Base {
  const stamper = new Stamper(profile, options);
  const objects = [...profile.objects(), stamper.bootstrapToken()];
  const uids = new Map(
    objects.map(({ object }) => [
      identity(object.kind, object.metadata.namespace, object.metadata.name),
      uuid(options.random),
    ]),
  );
  const entries = objects.map(({ resource, object }, i): [string, KubeObject] => {
    const dot = resource.indexOf('.');
    const place =
      dot < 0 ? { group: '', resource } : { group: resource.slice(dot + 1), resource: resource.slice(0, dot) };
    const { namespace, name } = object.metadata;
    return [storageKey(place, namespace, name), stamper.object(object, uids, i + 1)];
  });
  return makeBase(options.id, entries.length, entries);
}

const identity = (kind: string | undefined, namespace: string | undefined, name: string) =>
  `${kind}/${namespace ?? ''}/${name}`;

/** Whether a member of an object holds a placeholder; found out once for each recorded object. */
const changing = new WeakMap<object, boolean>();
function changes(value: unknown): boolean {
  if (typeof value === 'string') return PLACEHOLDER.test(value);
  if (typeof value !== 'object' || value === null) return false;
  const known = changing.get(value);
  if (known !== undefined) return known;
  const found = Object.values(value).some(changes);
  changing.set(value, found);
  return found;
}

class Stamper {
  readonly #options: StampOptions;
  readonly #created: string;
  readonly #ca: string;
  readonly #frontProxyCa: string;
  readonly #token: { id: string; secret: string };

  constructor(profile: Profile, options: StampOptions) {
    this.#options = options;
    this.#created = formatTime(options.createdAt - CLUSTER_AGE);
    const node = profile.nodes.find((n) => n.controlPlane)?.name ?? '';
    const file = (path: string) => options.pki[node]?.[`/etc/kubernetes/pki/${path}`] ?? '';
    this.#ca = file('ca.crt');
    this.#frontProxyCa = file('front-proxy-ca.crt');
    this.#token = { id: nameSuffix(options.random, 6), secret: nameSuffix(options.random, 16) };
  }

  object(object: KubeObject, uids: ReadonlyMap<string, string>, revision: number): KubeObject {
    const { metadata, ...rest } = object;
    const stamped = this.#fill(rest, '') as typeof rest & {
      data?: Record<string, string>;
      spec?: Record<string, unknown>;
    };
    // Whoever led when the state was recorded has given up the lead: the new components take it at once.
    if (stamped.spec?.holderIdentity && ELECTIONS.has(metadata.name))
      stamped.spec = { ...stamped.spec, holderIdentity: '' };
    if (stamped.data?.kubeconfig && metadata.name === 'cluster-info')
      stamped.data = this.#clusterInfo(stamped.data.kubeconfig);
    return { ...stamped, metadata: this.#metadata(object, uids, revision) };
  }

  /** The Secret of the token that `kubeadm init` printed, good for a day. */
  bootstrapToken(): ProfileObject {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const data = {
      'auth-extra-groups': base64('system:bootstrappers:kubeadm:default-node-token'),
      expiration: base64(formatTime(this.#options.createdAt - CLUSTER_AGE + 86_400_000)),
      'token-id': base64(this.#token.id),
      'token-secret': base64(this.#token.secret),
      'usage-bootstrap-authentication': base64('true'),
      'usage-bootstrap-signing': base64('true'),
    };
    const metadata: ObjectMeta = { name: `bootstrap-token-${this.#token.id}`, namespace: 'kube-system' };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, data, type: 'bootstrap.kubernetes.io/token' };
    return { resource: 'secrets', object: secret };
  }

  #metadata(object: KubeObject, uids: ReadonlyMap<string, string>, revision: number): ObjectMeta {
    const { metadata, kind } = object;
    const owners = metadata.ownerReferences?.map((owner) => {
      const uid =
        uids.get(identity(owner.kind, metadata.namespace, owner.name)) ??
        uids.get(identity(owner.kind, '', owner.name));
      return { ...owner, uid: uid ?? '' };
    });
    return {
      ...(changes(metadata.annotations)
        ? { ...metadata, annotations: this.#fill(metadata.annotations, '') }
        : metadata),
      ...(owners && { ownerReferences: owners }),
      uid: uids.get(identity(kind, metadata.namespace, metadata.name)) ?? '',
      creationTimestamp: this.#created,
      resourceVersion: String(revision),
    };
  }

  /** A copy of the parts that hold placeholders; the rest is the recorded value itself. */
  #fill<T>(value: T, member: string): T {
    if (!changes(value)) return value;
    if (typeof value === 'string') return this.#text(value, member) as T;
    if (Array.isArray(value)) return value.map((v: unknown) => this.#fill(v, member)) as T;
    return Object.fromEntries(Object.entries(value as object).map(([k, v]) => [k, this.#fill<unknown>(v, k)])) as T;
  }

  #text(text: string, member: string): string {
    const { random } = this.#options;
    const ca = member === 'requestheader-client-ca-file' ? this.#frontProxyCa : this.#ca;
    return text
      .replaceAll('<time>', this.#time(member))
      .replaceAll('<uid>', () => uuid(random))
      .replaceAll('<id>', () => Array.from({ length: 64 }, () => randomInt(random, 16).toString(16)).join(''))
      .replaceAll(
        /(\S*)<digest>/g,
        (_, image: string) =>
          `${image}sha256:${createHash('sha256')
            .update(image || member)
            .digest('hex')}`,
      )
      .replaceAll('<pem>', member === 'kubeconfig' ? Buffer.from(ca).toString('base64') : ca);
  }

  #time(member: string): string {
    const at = RENEWED.has(member) ? this.#options.createdAt : this.#options.createdAt - CLUSTER_AGE;
    return MICRO_TIMES.has(member) ? formatMicroTime(at) : formatTime(at);
  }

  /** cluster-info is signed (a detached JWS) with each bootstrap token, under the token's id. */
  #clusterInfo(kubeconfig: string): Record<string, string> {
    const { id, secret } = this.#token;
    const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid: id })).toString('base64url');
    const payload = Buffer.from(kubeconfig).toString('base64url');
    const signature = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url');
    return { [`jws-kubeconfig-${id}`]: `${header}..${signature}`, kubeconfig };
  }
}
