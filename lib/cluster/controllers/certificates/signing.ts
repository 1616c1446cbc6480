import { startReconciler } from '../../client/reconciler.ts';
import { formatTime, type KubeObject } from '../../machinery/object.ts';
import { certificatesigningrequests } from '../../schema/generated/resources.ts';
import type { CertificateSigningRequest } from '../../schema/generated/types.ts';
import type { Controller } from '../controller.ts';
import { messageOf } from '../shared/pod-control.ts';
import { hasCondition } from './approving.ts';
import { isOurs, signerComplaint } from './signers.ts';

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
        if (!request || !isOurs(request.spec.signerName) || request.status?.certificate) return;
        if (!hasCondition(request, 'Approved') || hasCondition(request, 'Denied') || hasCondition(request, 'Failed'))
          return;
        const complaint = await signed(request);
        if (complaint === undefined) return;
        const time = formatTime(clock.now());
        const failed = {
          type: 'Failed',
          status: 'True',
          reason: 'SignerValidationFailure',
          message: complaint,
          lastUpdateTime: time,
          lastTransitionTime: time,
        };
        const conditions = [...(request.status?.conditions ?? []), failed];
        await client.updateStatus(certificatesigningrequests, {
          ...request,
          status: { ...request.status, conditions },
        });
      },
    });

    /** Signs a request, or says why not. */
    async function signed(request: CertificateSigningRequest): Promise<string | undefined> {
      const { request: pem, usages = [], expirationSeconds } = request.spec;
      const now = clock.now();
      const lifetime = Math.min(YEAR, (expirationSeconds ?? YEAR / 1000) * 1000);
      const validity = { notBefore: now - BACKDATE, notAfter: now - BACKDATE + lifetime };
      let certificate: string;
      try {
        const complaint = signerComplaint(request);
        if (complaint !== undefined || !signRequest) return complaint;
        certificate = await signRequest(Buffer.from(pem, 'base64').toString(), usages, validity);
      } catch (error) {
        return messageOf(error);
      }
      const status = { ...request.status, certificate: Buffer.from(certificate).toString('base64') };
      await client.updateStatus(certificatesigningrequests, { ...request, status });
      return undefined;
    }

    const enqueue = ({ metadata }: KubeObject) => reconciler.queue.add(metadata.name);
    reconciler.own(informer.onEvent({ add: enqueue, update: enqueue }));
    return reconciler;
  },
};
