import { celType, type CelType } from '../../cel/index.ts';
import { startReconciler } from '../../client/reconciler.ts';
import type { KubeObject } from '../../machinery/object.ts';
import type { GroupVersionKind } from '../../machinery/resource.ts';
import { customType } from '../../schema/custom-types.ts';
import { validatingadmissionpolicies } from '../../schema/generated/resources.ts';
import { builtInKind } from '../../schema/lookup.ts';
import type { OpenApiSchema } from '../../schema/open-api-schema.ts';
import type { Controller } from '../controller.ts';
import { Discovery } from '../shared/discovery.ts';
import { typeWarnings, type ServedTypes } from './type-check.ts';

const NAME = 'validatingadmissionpolicy-status-controller';

function servedTypes(discovery: Discovery): ServedTypes {
  const definition = ({ group, kind }: GroupVersionKind) =>
    discovery.definitions.list().find(({ spec }) => spec.group === group && spec.names.kind === kind);
  return {
    kindsOf: (group, version, resource) =>
      discovery
        .served()
        .filter((r) => r.group === group && r.version === version && r.resource === resource)
        .map(({ kind }) => ({ group, version, kind })),
    typeOf(gvk): CelType | undefined {
      const builtIn = builtInKind(gvk);
      if (builtIn) return celType(builtIn);
      const version = definition(gvk)?.spec.versions.find((v) => v.name === gvk.version && v.served);
      const schema = version?.schema?.openAPIV3Schema as OpenApiSchema | undefined;
      return schema && celType(customType(schema));
    },
  };
}

/** Says in a policy's status what its expressions get wrong (upstream: pkg/controller/validatingadmissionpolicystatus). */
export const validatingPolicyStatus: Controller = {
  name: NAME,
  serviceAccount: NAME,
  start(context) {
    const { client, informers } = context;
    const policies = informers.informer(validatingadmissionpolicies);
    const discovery = new Discovery(informers);
    const served = servedTypes(discovery);
    const reconciler = startReconciler({
      ...context,
      informers: [policies, discovery.definitions],
      async reconcile(name) {
        const policy = policies.get('', name);
        const { generation = 0 } = policy?.metadata ?? {};
        if (!policy || generation <= (policy.status?.observedGeneration ?? 0)) return;
        const { group, version, kind } = validatingadmissionpolicies;
        const expressionWarnings = typeWarnings(policy, served);
        const applied = {
          apiVersion: `${group}/${version}`,
          kind,
          metadata: { name },
          status: {
            observedGeneration: generation,
            typeChecking: expressionWarnings.length ? { expressionWarnings } : {},
          },
        };
        const options = { subresource: 'status', fieldManager: NAME, force: true };
        await client.patch(validatingadmissionpolicies, '', name, 'apply', applied, options);
      },
    });
    const enqueue = ({ metadata }: KubeObject) => reconciler.queue.add(metadata.name);
    reconciler.own(policies.onEvent({ add: enqueue, update: enqueue }));
    return reconciler;
  },
};
