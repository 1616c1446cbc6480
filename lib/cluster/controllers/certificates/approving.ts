import { startReconciler } from '../../client/reconciler.ts';
import { formatTime, type KubeObject } from '../../machinery/object.ts';
import { certificatesigningrequests } from '../../schema/generated/resources.ts';
import type { CertificateSigningRequest } from '../../schema/generated/types.ts';
import type { Controller } from '../controller.ts';

export const KUBELET_CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet';

export function hasCondition({ status }: CertificateSigningRequest, type: string): boolean {
  return status?.conditions?.some((c) => c.type === type) ?? false;
}

/** Approves the requests of kubelets for their own client certificates (upstream: pkg/controller/certificates/approver). */
export const certificateApproving: Controller = {
  name: 'certificatesigningrequest-approving-controller',
  serviceAccount: 'certificate-controller',
  start(context) {
    const informer = context.informers.informer(certificatesigningrequests);
    const reconciler = startReconciler({
      ...context,
      informers: [informer],
      async reconcile(name) {
        const request = informer.get('', name);
        if (!request || hasCondition(request, 'Approved') || hasCondition(request, 'Denied')) return;
        const { signerName, groups = [], username = '' } = request.spec;
        if (signerName !== KUBELET_CLIENT) return;
        const self = groups.includes('system:nodes') && username.startsWith('system:node:');
        if (!self && !groups.includes('system:bootstrappers')) return;
        const now = formatTime(context.clock.now());
        const approval = {
          type: 'Approved',
          status: 'True',
          reason: 'AutoApproved',
          message: `Auto approving ${self ? 'self ' : ''}kubelet client certificate after SubjectAccessReview.`,
          lastUpdateTime: now,
          lastTransitionTime: now,
        };
        const conditions = [...(request.status?.conditions ?? []), approval];
        const draft = { ...request, status: { ...request.status, conditions } };
        await context.client.update(certificatesigningrequests, draft, { subresource: 'approval' });
      },
    });
    const enqueue = ({ metadata }: KubeObject) => reconciler.queue.add(metadata.name);
    reconciler.own(informer.onEvent({ add: enqueue, update: enqueue }));
    return reconciler;
  },
};
