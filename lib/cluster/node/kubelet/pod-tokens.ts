import type { Clock } from '../../../kit/clock.ts';
import type { Client } from '../../client/client.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { serviceaccounts } from '../../schema/generated/resources.ts';
import type { Pod, ServiceAccountTokenProjection } from '../../schema/generated/types.ts';

/** A token is asked for anew when this share of its time has passed. Source: the kubelet's token manager. */
const RENEW_AFTER = 0.8;

interface Held {
  token: string;
  renewAt: number;
}

type TokenReview = KubeObject & { status?: { token?: string; expirationTimestamp?: string } };

/** The service account tokens that a kubelet puts into its pods' volumes. */
export class PodTokens {
  readonly #client: Client;
  readonly #clock: Clock;
  /** By the pod's uid, then by what was asked for. */
  readonly #held = new Map<string, Map<string, Held>>();

  constructor(client: Client, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  async get(pod: Pod, { audience, expirationSeconds = 3600 }: ServiceAccountTokenProjection): Promise<string> {
    const { uid = '' } = pod.metadata;
    const ofPod = this.#held.get(uid) ?? new Map<string, Held>();
    this.#held.set(uid, ofPod);
    const key = `${expirationSeconds} ${audience ?? ''}`;
    const now = this.#clock.now();
    const held = ofPod.get(key);
    if (held && now < held.renewAt) return held.token;
    const { token = '', expirationTimestamp = '' } = (await this.#ask(pod, audience, expirationSeconds)).status ?? {};
    const expires = Date.parse(expirationTimestamp) || now;
    ofPod.set(key, { token, renewAt: now + RENEW_AFTER * Math.min(expires - now, expirationSeconds * 1000) });
    return token;
  }

  forget(uid: string): void {
    this.#held.delete(uid);
  }

  #ask(pod: Pod, audience: string | undefined, expirationSeconds: number): Promise<TokenReview> {
    const { namespace = '', name, uid } = pod.metadata;
    return this.#client.createSubresource<TokenReview>(
      serviceaccounts,
      namespace,
      pod.spec.serviceAccountName ?? 'default',
      'token',
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        metadata: { name: '' },
        spec: {
          ...(audience ? { audiences: [audience] } : {}),
          expirationSeconds,
          boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
        },
      },
    );
  }
}
