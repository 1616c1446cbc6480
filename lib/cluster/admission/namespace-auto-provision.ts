import { isAlreadyExists, isNotFound } from '../machinery/status-error.ts';
import { namespaces } from '../schema/generated/resources.ts';
import type { AdmissionPlugin } from './plugin.ts';

/** Makes a namespace the first time that something is created in it. */
export const namespaceAutoProvision: AdmissionPlugin = {
  name: 'NamespaceAutoProvision',
  enabledByDefault: false,
  async admit({ namespace, operation, resource, dryRun }, { client }) {
    if (!namespace || operation !== 'CREATE' || resource.resource === 'namespaces' || dryRun) return;
    try {
      await client.get(namespaces, '', namespace);
      return;
    } catch (err) {
      if (!isNotFound(err)) throw err;
    }
    try {
      await client.create(namespaces, { metadata: { name: namespace }, spec: {} });
    } catch (err) {
      if (!isAlreadyExists(err)) throw err;
    }
  },
};
