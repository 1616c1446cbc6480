import { startReconciler } from '../../client/reconciler.ts';
import { formatTime, type KubeObject } from '../../machinery/object.ts';
import { certificatesigningrequests } from '../../schema/generated/resources.ts';
import type { Controller } from '../controller.ts';
import { messageOf } from '../shared/pod-control.ts';
import { hasCondition, KUBELET_CLIENT } from './approving.ts';

/** The signers of the kube-controller-manager. */
const SIGNERS = new Set([
  'kubernetes.io/kube-apiserver-client',
  KUBELET_CLIENT,
  'kubernetes.io/kubelet-serving',
  'kubernetes.io/legacy-unknown',
]);

/** A certificate is good for a year unless the request asks for less; it is good from five minutes ago, for skewed clocks. */
const YEAR = 365 * 86_400_000;
const BACKDATE = 300_000;

/** Signs approved requests with the cluster's CA (upstream: pkg/controller/certificates/signer). */
export const certificateSigning: Controller = {
  name: 'certificatesigningrequest-signing-controller',
  serviceAccount: 'certificate-controller',
  start(context) {
    const { client, clock, signRequest } = context;
    if (!signRequest) return { stop: () => undefined };
    const informer = context.informers.informer(certificatesigningrequests);
    const reconciler = startReconciler({
      ...context,
      informers: [informer],
      async reconcile(name) {
        const request = informer.get('', name);
        if (!request || !SIGNERS.has(request.spec.signerName) || request.status?.certificate) return;
        if (!hasCondition(request, 'Approved') || hasCondition(request, 'Denied') || hasCondition(request, 'Failed'))
          return;
        const { request: pem, usages = [], expirationSeconds } = request.spec;
        const now = clock.now();
        const lifetime = Math.min(YEAR, (expirationSeconds ?? YEAR / 1000) * 1000);
        const validity = { notBefore: now - BACKDATE, notAfter: now - BACKDATE + lifetime };
        try {
          const certificate = await signRequest(Buffer.from(pem, 'base64').toString(), usages, validity);
          const status = { ...request.status, certificate: Buffer.from(certificate).toString('base64') };
          await client.updateStatus(certificatesigningrequests, { ...request, status });
        } catch (error) {
          const time = formatTime(now);
          const failed = {
            type: 'Failed',
            status: 'True',
            reason: 'SignerValidationFailure',
            message: messageOf(error),
            lastUpdateTime: time,
            lastTransitionTime: time,
          };
          const conditions = [...(request.status?.conditions ?? []), failed];
          await client.updateStatus(certificatesigningrequests, {
            ...request,
            status: { ...request.status, conditions },
          });
        }
      },
    });
    const enqueue = ({ metadata }: KubeObject) => reconciler.queue.add(metadata.name);
    reconciler.own(informer.onEvent({ add: enqueue, update: enqueue }));
    return reconciler;
  },
};
