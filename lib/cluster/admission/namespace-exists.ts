import { namespaces } from '../schema/generated/resources.ts';
import type { AdmissionPlugin } from './plugin.ts';

/** Whatever names a namespace that is absent is refused. */
export const namespaceExists: AdmissionPlugin = {
  name: 'NamespaceExists',
  enabledByDefault: false,
  async validate({ namespace, operation, resource }, { client }) {
    if (!namespace || operation === 'CONNECT' || resource.resource === 'namespaces') return;
    await client.get(namespaces, '', namespace);
  },
};
