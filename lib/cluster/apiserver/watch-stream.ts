import type { WatchEvent, ApiRequest } from '../machinery/api-request.ts';
import type { JsonObject } from '../machinery/object.ts';
import { statusOf } from '../machinery/status-error.ts';
import type { UserInfo } from '../machinery/user.ts';
import { randomInt } from '../../kit/random.ts';
import type { Core } from './core.ts';
import type { Representation } from './negotiation.ts';
import { servedFor, startWatch } from './pipeline.ts';
import { objectJson } from './respond.ts';
import { partialMetadata, tableOf } from './table.ts';
import type { IncludeObject } from './table.ts';
import type { StoredObject } from './strategy.ts';
import type { Lifetime } from './transport.ts';

/** A client that has let this many events pile up is cut off; it lists again. */
const LONGEST_QUEUE = 20_000;
const BOOKMARK_MS = 60_000;
/** Watches without a time-out end after half an hour to an hour, as upstream's. */
const SHORTEST_WATCH_S = 1800;

/** Makes of an event's object what the client asked to see. */
function painter(
  core: Core,
  request: ApiRequest,
  as: Representation,
  include: IncludeObject,
): (event: WatchEvent) => JsonObject {
  const served = servedFor(core, request);
  let headers = true;
  return ({ type, object }) => {
    if (type === 'ERROR' || !as.as) return object;
    if (as.as !== 'Table') return partialMetadata(object, as.asVersion);
    const rows: StoredObject[] = type === 'BOOKMARK' ? [] : [object];
    const { resourceVersion } = object.metadata;
    const metadata = resourceVersion ? { resourceVersion } : {};
    const table = tableOf(served, rows, metadata, { now: core.clock.now(), version: as.asVersion, include, headers });
    if (type === 'BOOKMARK') return { ...table, rows: [{ cells: [], object }] };
    headers = false;
    return table;
  };
}

/** The line that was made last: all watches of a resource are told of a change one after the other. */
let latest: { type: string; object: JsonObject; line: Uint8Array } | undefined;

function lineOf(type: string, object: JsonObject): Uint8Array {
  if (latest?.object === object && latest.type === type) return latest.line;
  const line = Buffer.from(`{"type":"${type}","object":${objectJson(object)}}\n`);
  // What is not frozen may be another event's by the next time.
  if (Object.isFrozen(object)) latest = { type, object, line };
  return line;
}

/**
 * The body of a watch's answer: one JSON event a line, until the client goes, the time is up or the server ends. An expired
 * version is told in the stream, as upstream does; other refusals are thrown.
 */
export function watchStream(
  core: Core,
  user: UserInfo,
  request: ApiRequest,
  representation: Representation,
  include: IncludeObject,
  lifetime: Lifetime,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const paint = painter(core, request, representation, include);
  const early: Uint8Array[] = [];
  let sink = (chunk: Uint8Array): void => void early.push(chunk);
  const write = (event: WatchEvent) => sink(lineOf(event.type, paint(event)));

  let stop = () => {};
  let expired = false;
  let bookmark: (() => WatchEvent) | undefined;
  try {
    const running = startWatch(core, user, request, write);
    stop = () => running.stop();
    bookmark = () => running.bookmark();
  } catch (err) {
    const status = statusOf(err);
    if (status?.code !== 410) throw err;
    write({ type: 'ERROR', object: { ...status } as unknown as StoredObject });
    expired = true;
  }

  let ended = false;
  let close = () => {};
  const end = () => {
    if (ended) return;
    ended = true;
    stop();
    timer.cancel();
    ticker?.cancel();
    forget();
    signal.removeEventListener('abort', end);
    close();
  };
  const seconds = request.options?.timeoutSeconds ?? SHORTEST_WATCH_S + randomInt(core.random, SHORTEST_WATCH_S);
  const timer = core.clock.after(seconds * 1000, end);
  const tick = () => {
    if (bookmark) write(bookmark());
    ticker = core.clock.after(BOOKMARK_MS, tick);
  };
  let ticker = request.options?.allowWatchBookmarks ? core.clock.after(BOOKMARK_MS, tick) : undefined;
  const forget = lifetime.onClose(end);
  signal.addEventListener('abort', end);

  return new ReadableStream<Uint8Array>({
    start(controller) {
      sink = (chunk) => {
        if (ended) return;
        controller.enqueue(chunk);
        if ((controller.desiredSize ?? 0) < -LONGEST_QUEUE) end();
      };
      close = () => controller.close();
      for (const chunk of early.splice(0)) controller.enqueue(chunk);
      if (expired) end();
    },
    cancel() {
      close = () => {};
      end();
    },
  });
}
