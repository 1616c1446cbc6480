import { startReconciler } from '../../client/reconciler.ts';
import { deepEqual } from '../../../kit/deep.ts';
import { selects } from '../../machinery/selector.ts';
import { clusterroles } from '../../schema/generated/resources.ts';
import type { PolicyRule } from '../../schema/generated/types.ts';
import type { Controller } from '../controller.ts';

/** Fills ClusterRoles that gather the rules of others (upstream: pkg/controller/clusterroleaggregation). */
export const roleAggregation: Controller = {
  name: 'clusterrole-aggregation-controller',
  serviceAccount: 'clusterrole-aggregation-controller',
  start(context) {
    const informer = context.informers.informer(clusterroles);
    const reconciler = startReconciler({
      ...context,
      informers: [informer],
      async reconcile(name) {
        const role = informer.get('', name);
        const selectors = role?.aggregationRule?.clusterRoleSelectors;
        if (!role || !selectors) return;
        const rules: PolicyRule[] = [];
        for (const selector of selectors) {
          const found = informer.list().filter((r) => r !== role && selects(selector, r.metadata.labels));
          for (const { rules: more = [] } of found.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))) {
            rules.push(...more.filter((rule) => !rules.some((known) => deepEqual(known, rule))));
          }
        }
        if (!deepEqual(rules, role.rules ?? [])) await context.client.update(clusterroles, { ...role, rules });
      },
    });
    const enqueueAll = () => {
      for (const role of informer.list()) if (role.aggregationRule) reconciler.queue.add(role.metadata.name);
    };
    reconciler.own(informer.onEvent({ add: enqueueAll, update: enqueueAll, delete: enqueueAll }));
    return reconciler;
  },
};
