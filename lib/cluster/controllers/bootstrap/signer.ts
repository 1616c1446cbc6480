import { createHmac } from 'node:crypto';
import { deepEqual } from '../../../kit/deep.ts';
import { startReconciler } from '../../client/reconciler.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { configmaps, secrets } from '../../schema/generated/resources.ts';
import type { Controller } from '../controller.ts';
import { bootstrapToken, SYSTEM, type BootstrapToken } from './token-secret.ts';

const PUBLIC = 'kube-public';
const CLUSTER_INFO = 'cluster-info';
const SIGNATURE = 'jws-kubeconfig-';

const base64url = (text: string) => Buffer.from(text).toString('base64url');

/** A detached JSON web signature of `content` under a token: `<header>..<signature>`. */
function signatureOf(content: string, { id, secret }: BootstrapToken): string {
  const header = base64url(JSON.stringify({ alg: 'HS256', kid: id }));
  const signed = createHmac('sha256', secret).update(`${header}.${base64url(content)}`);
  return `${header}..${signed.digest('base64url')}`;
}

/** Signs cluster-info with every bootstrap token that may, so that nodes that join can trust it (upstream: pkg/controller/bootstrap). */
export const bootstrapSigner: Controller = {
  name: 'bootstrap-signer-controller',
  serviceAccount: 'bootstrap-signer',
  start(context) {
    const maps = context.informers.informer(configmaps);
    const tokens = context.informers.informer(secrets);
    const reconciler = startReconciler({
      ...context,
      informers: [maps, tokens],
      async reconcile() {
        const info = maps.get(PUBLIC, CLUSTER_INFO);
        const content = info?.data?.['kubeconfig'];
        if (!info?.data || content === undefined) return;
        const data = Object.fromEntries(Object.entries(info.data).filter(([key]) => !key.startsWith(SIGNATURE)));
        for (const token of tokens.list(SYSTEM).map(bootstrapToken)) {
          if (!token?.signs) continue;
          if (token.expires !== undefined && token.expires <= context.clock.now()) continue;
          data[`${SIGNATURE}${token.id}`] = signatureOf(content, token);
        }
        if (!deepEqual(data, info.data)) await context.client.update(configmaps, { ...info, data });
      },
    });
    const sign = () => reconciler.queue.add(CLUSTER_INFO);
    const watch = (object: KubeObject) => {
      if (object.metadata.namespace === SYSTEM && object.metadata.name.startsWith('bootstrap-token-')) sign();
    };
    const watchInfo = ({ metadata }: KubeObject) => {
      if (metadata.namespace === PUBLIC && metadata.name === CLUSTER_INFO) sign();
    };
    reconciler.own(
      tokens.onEvent({ add: watch, update: watch, delete: watch }),
      maps.onEvent({ add: watchInfo, update: watchInfo }),
    );
    return reconciler;
  },
};
