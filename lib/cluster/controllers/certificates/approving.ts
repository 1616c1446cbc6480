import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { Client } from '../../client/client.ts';
import { startReconciler } from '../../client/reconciler.ts';
import { formatTime, type KubeObject } from '../../machinery/object.ts';
import { certificatesigningrequests, subjectaccessreviews } from '../../schema/generated/resources.ts';
import type { CertificateSigningRequest } from '../../schema/generated/types.ts';
import type { Controller } from '../controller.ts';

export const KUBELET_CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet';

export function hasCondition({ status }: CertificateSigningRequest, type: string): boolean {
  return status?.conditions?.some((c) => c.type === type) ?? false;
}

/** Whom a request makes a node's client certificate for; undefined when that is not what it asks for. */
function nodeSubject({ spec }: CertificateSigningRequest): string | undefined {
  const usages = [...(spec.usages ?? [])].filter((usage) => usage !== 'key encipherment').sort();
  if (usages.join() !== 'client auth,digital signature') return undefined;
  try {
    const { subjectName } = new x509.Pkcs10CertificateRequest(Buffer.from(spec.request, 'base64').toString());
    const [name = ''] = subjectName.getField('CN');
    const node = subjectName.getField('O').join() === 'system:nodes' && name.startsWith('system:node:');
    return node ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the requester may have such a certificate without asking anybody (`certificatesigningrequests/nodeclient`). */
async function mayRequest(client: Client, { spec }: CertificateSigningRequest, subresource: string): Promise<boolean> {
  const { username, groups, uid, extra } = spec;
  const review = await client.create(subjectaccessreviews, {
    metadata: { name: '' },
    spec: {
      ...(username && { user: username }),
      ...(groups && { groups }),
      ...(uid && { uid }),
      ...(extra && { extra }),
      resourceAttributes: {
        group: 'certificates.k8s.io',
        version: '*',
        resource: 'certificatesigningrequests',
        verb: 'create',
        subresource,
      },
    },
  });
  return review.status?.allowed ?? false;
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
        if (request.spec.signerName !== KUBELET_CLIENT) return;
        const subject = nodeSubject(request);
        if (!subject) return;
        const self = subject === request.spec.username;
        const may = (subresource: string) => mayRequest(context.client, request, subresource);
        if (!(self && (await may('selfnodeclient'))) && !(await may('nodeclient'))) return;
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
