import type { WatchEvent, WatchHandle } from '../../machinery/api-request.ts';
import { apiVersionOf } from '../../machinery/resource.ts';
import { gone } from '../../machinery/status-error.ts';
import type { StoreEvent } from '../../store/kv.ts';
import type { Call } from '../core.ts';
import { asObject } from '../core.ts';
import { selectionOf } from '../selection.ts';
import type { StoredObject } from '../strategy.ts';
import { rangeOf, validateListOptions, versionOf } from './read.ts';

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** A running watch: its handle, and how to make a bookmark of where it stands. */
export interface RunningWatch extends WatchHandle {
  bookmark(): WatchEvent;
}

/**
 * Starts a watch. What is there already comes as ADDED before this returns, unless the client names the version that it
 * knows. Throws 410 when the history no longer reaches back to that.
 */
export function watch(call: Call, onEvent: (event: WatchEvent) => void): RunningWatch {
  const { options, core } = call;
  const { store } = core;
  const { strategy, resource } = call.served;
  validateListOptions(options, true);
  const selection = selectionOf(options, strategy);
  const asked = versionOf(call, options.resourceVersion);
  const range = rangeOf(call);
  const bookmark = (annotations?: Record<string, string>): WatchEvent => ({
    type: 'BOOKMARK',
    object: {
      kind: resource.kind,
      apiVersion: apiVersionOf(resource),
      metadata: { resourceVersion: String(store.revision), ...(annotations ? { annotations } : {}) },
    } as unknown as StoredObject,
  });

  const withInitial = options.sendInitialEvents ?? asked === 0;
  if (!withInitial && asked > 0 && asked < store.compactRevision) {
    throw gone(`too old resource version: ${asked} (${store.compactRevision})`);
  }
  const from = withInitial || asked === 0 ? store.revision : asked;
  if (withInitial) {
    for (const found of store.list(range).items) {
      const object = asObject(found);
      if (selection.matches(object)) onEvent({ type: 'ADDED', object: strategy.fromStored(object) });
    }
    if (options.sendInitialEvents && options.allowWatchBookmarks) onEvent(bookmark({ [INITIAL_EVENTS_END]: 'true' }));
  }
  const running = store.watch(range, from, (event) => {
    const told = tell(event, selection.selective ? (o) => selection.matches(o) : undefined);
    if (told) onEvent({ type: told.type, object: strategy.fromStored(told.object) });
  });
  return { stop: () => running.close(), bookmark: () => bookmark() };
}

/** What an event of the store means to a client that sees only what `matches`. */
function tell(
  event: StoreEvent,
  matches: ((object: StoredObject) => boolean) | undefined,
): { type: WatchEvent['type']; object: StoredObject } | undefined {
  const object = asObject(event.object);
  const before = event.previous && asObject(event.previous);
  const sawBefore = before !== undefined && (!matches || matches(before));
  if (event.type === 'delete') return sawBefore ? { type: 'DELETED', object } : undefined;
  if (!matches || matches(object)) return { type: sawBefore ? 'MODIFIED' : 'ADDED', object };
  if (!sawBefore || !before) return undefined;
  // It left the client's view: what it was, at the version of the change.
  const left = { ...before, metadata: { ...before.metadata, resourceVersion: String(event.revision) } };
  return { type: 'DELETED', object: left };
}
