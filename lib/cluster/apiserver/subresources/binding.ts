import { deepClone } from '../../../kit/deep.ts';
import type { ApiResult } from '../../machinery/api-request.ts';
import { formatTime } from '../../machinery/object.ts';
import { StatusError, conflict, notFound } from '../../machinery/status-error.ts';
import { pods } from '../../schema/generated/resources.ts';
import type { Binding, Pod } from '../../schema/generated/types.ts';
import { storageKey } from '../../store/keys.ts';
import type { Call } from '../core.ts';
import { asObject } from '../core.ts';

/** What upstream's API server gives no reason for: only a text. */
const unclassified = (message: string) => new StatusError(400, '', message);

const BINDING = { group: '', resource: 'pods/binding' };

function bound(pod: Pod, binding: Binding, now: number): Pod {
  const draft = deepClone(pod);
  draft.spec.nodeName = binding.target.name ?? '';
  const annotations = { ...draft.metadata.annotations, ...binding.metadata.annotations };
  if (Object.keys(annotations).length) draft.metadata.annotations = annotations;
  const others = (draft.status?.conditions ?? []).filter((c) => c.type !== 'PodScheduled');
  draft.status = {
    ...draft.status,
    conditions: [
      ...others,
      {
        type: 'PodScheduled',
        status: 'True',
        lastProbeTime: null as unknown as string,
        lastTransitionTime: formatTime(now),
        ...(draft.metadata.generation ? { observedGeneration: draft.metadata.generation } : {}),
      },
    ],
  };
  return draft;
}

/** `pods/binding` and `bindings`: gives a pod its node. */
export async function binding(call: Call): Promise<ApiResult> {
  // The decoder has made a Binding of it.
  const body = call.body as Binding;
  const name = call.name || body.metadata.name;
  const { target } = body;
  if (target.kind && target.kind !== 'Node') {
    throw unclassified(
      `target.kind: Unsupported value: ${JSON.stringify(target.kind)}: supported values: "Node", "<empty>"`,
    );
  }
  if (!target.name) throw unclassified('target.name: Required value');
  const { core } = call;
  const key = storageKey(pods, call.namespace, name);
  const found = core.store.get(key);
  if (!found) throw notFound(pods, name);
  const pod = asObject(found) as unknown as Pod;
  const { uid, resourceVersion } = body.metadata;
  if (uid && uid !== pod.metadata.uid) {
    const why =
      `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ` +
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid}`;
    throw conflict(BINDING, name, why);
  }
  if (resourceVersion && resourceVersion !== pod.metadata.resourceVersion) {
    throw conflict(BINDING, name, 'the object has been modified');
  }
  if (pod.metadata.deletionTimestamp) {
    throw conflict(BINDING, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  }
  if (pod.spec.nodeName) {
    throw conflict(BINDING, name, `pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  }
  if (pod.spec.schedulingGates?.length) {
    throw conflict(BINDING, name, `pod ${name} has non-empty .spec.schedulingGates`);
  }
  // The read and this write are in one turn: nothing comes between.
  if (!call.dryRun) core.store.put(key, bound(pod, body, core.clock.now()));
  return {
    code: 201,
    object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
    warnings: [],
  };
}
