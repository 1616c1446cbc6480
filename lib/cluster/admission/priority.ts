import { isNotFound } from '../machinery/status-error.ts';
import { priorityclasses } from '../schema/generated/resources.ts';
import type { PriorityClass } from '../schema/generated/types.ts';
import {
  createsPod,
  refuse,
  writes,
  type AdmissionContext,
  type AdmissionPlugin,
  type AdmissionRequest,
} from './plugin.ts';

/** Without them the control plane's own pods could not be made. */
const SYSTEM_CLASSES = ['system-node-critical', 'system-cluster-critical'];

async function defaultClass({ client }: AdmissionContext): Promise<PriorityClass | undefined> {
  const { items } = await client.list(priorityclasses);
  // With several, the one of the lowest value counts.
  return items.filter((c) => c.globalDefault).sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
}

async function classOf(request: AdmissionRequest, name: string, { client }: AdmissionContext): Promise<PriorityClass> {
  try {
    return await client.get(priorityclasses, '', name);
  } catch (err) {
    if (!isNotFound(err)) throw err;
    throw refuse(request, `no PriorityClass with name ${name} was found`);
  }
}

/** Turns a pod's priority class into its number; keeps a second default class from being made. */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  enabledByDefault: true,
  async admit(request, context) {
    if (!createsPod(request)) return;
    const { spec } = request.object;
    const found = spec.priorityClassName
      ? await classOf(request, spec.priorityClassName, context)
      : await defaultClass(context);
    if (found && !spec.priorityClassName) spec.priorityClassName = found.metadata.name;
    const value = found?.value ?? 0;
    if (spec.priority !== undefined && spec.priority !== value) {
      throw refuse(
        request,
        `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
      );
    }
    spec.priority = value;
    const policy = found?.preemptionPolicy ?? 'PreemptLowerPriority';
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
      throw refuse(
        request,
        `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
      );
    }
    spec.preemptionPolicy = policy;
  },
  async validate(request, context) {
    if (writes(request, priorityclasses, 'DELETE') && SYSTEM_CLASSES.includes(request.name))
      throw refuse(request, 'this is a system priority class and cannot be deleted');
    if (!writes(request, priorityclasses, 'CREATE', 'UPDATE')) return;
    if (!request.object.globalDefault) return;
    const present = await defaultClass(context);
    if (!present || present.metadata.name === request.name) return;
    throw refuse(
      request,
      `PriorityClass ${present.metadata.name} is already marked as default. Only one default can exist`,
    );
  },
};
