import { deepClone } from '../../kit/deep.ts';
import { formatTime } from '../machinery/object.ts';
import { flowschemas, prioritylevelconfigurations } from '../schema/generated/resources.ts';
import type { FlowSchema } from '../schema/generated/types.ts';
import { storageKey, storagePrefix } from '../store/keys.ts';
import type { Core } from './core.ts';

/** Keeps the condition Dangling of every FlowSchema: whether its priority level is missing. Returns what stops it. */
export function followFlowSchemas(core: Core): () => void {
  const { store, clock } = core;
  const check = (object: FlowSchema) => {
    const level = object.spec?.priorityLevelConfiguration.name ?? '';
    const exists = store.get(storageKey(prioritylevelconfigurations, undefined, level)) !== undefined;
    const verdict = {
      status: exists ? 'False' : 'True',
      reason: exists ? 'Found' : 'NotFound',
      message: `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)} ${
        exists ? 'and it exists' : 'but there is no such object'
      }`,
    };
    const conditions = object.status?.conditions ?? [];
    const before = conditions.find((c) => c.type === 'Dangling');
    if (before?.status === verdict.status && before.message === verdict.message) return;
    const lastTransitionTime = before?.status === verdict.status ? before.lastTransitionTime : formatTime(clock.now());
    const dangling = { type: 'Dangling', ...verdict, lastTransitionTime };
    const status = { conditions: [...conditions.filter((c) => c !== before), dangling] };
    store.put(storageKey(flowschemas, undefined, object.metadata.name), { ...deepClone(object), status } as FlowSchema);
  };
  const running = [
    store.watch(storagePrefix(flowschemas), store.revision, (event) => {
      if (event.type === 'put') check(event.object as unknown as FlowSchema);
    }),
    store.watch(storagePrefix(prioritylevelconfigurations), store.revision, () => {
      for (const object of store.list(storagePrefix(flowschemas)).items) check(object as unknown as FlowSchema);
    }),
  ];
  return () => {
    for (const watch of running) watch.close();
  };
}
