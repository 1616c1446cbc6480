import { isNotFound, notFound } from '../machinery/status-error.ts';
import { namespaces } from '../schema/generated/resources.ts';
import { refuse, type AdmissionPlugin } from './plugin.ts';

const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);
/** Checked by whoever is asked to create them, not stored in the namespace. */
const REVIEWS = new Set(['localsubjectaccessreviews']);

/** Nothing is created in a namespace that is absent or going; the first namespaces cannot be deleted. */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  enabledByDefault: true,
  async admit(request, { client }) {
    const { operation, resource, namespace, name } = request;
    if (operation === 'DELETE' && resource.resource === 'namespaces' && resource.group === '' && IMMORTAL.has(name)) {
      throw refuse(request, 'this namespace may not be deleted');
    }
    if (!namespace || resource.resource === 'namespaces' || operation !== 'CREATE' || REVIEWS.has(resource.resource))
      return;
    try {
      const found = await client.get(namespaces, '', namespace);
      if (found.status?.phase !== 'Terminating') return;
      const refusal = refuse(
        request,
        `unable to create new content in namespace ${namespace} because it is being terminated`,
      );
      refusal.status.details = {
        ...refusal.status.details,
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: `namespace ${namespace} is being terminated`,
            field: 'metadata.namespace',
          },
        ],
      };
      throw refusal;
    } catch (err) {
      if (!isNotFound(err)) throw err;
      throw notFound(namespaces, namespace);
    }
  },
};
