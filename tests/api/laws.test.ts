import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/cluster/machinery/object.ts';
import { isJsonObject } from '../../lib/cluster/machinery/object.ts';
import { configmaps, pods } from '../../lib/cluster/schema/generated/resources.ts';
import { builtInKind } from '../../lib/cluster/schema/lookup.ts';
import { isAmbiguous, jsonDifference, mergeDifference, strategicDifference } from './differences.ts';
import { pathOf, samples, type Sample } from './samples.ts';
import { Session, type Answer, type Stored } from './session.ts';
import { anyVariant, objectOf, type Variant } from './variants.ts';

/** Laws that hold for whatever objects the server takes. */
const RUNS = { numRuns: 150, seed: 1 };
const all = samples();

/** Runs a law with a server of its own; says whether its objects were taken, so that there was something to see. */
async function withSession(law: (session: Session) => Promise<boolean>): Promise<boolean> {
  const session = await Session.start();
  try {
    return await law(session);
  } finally {
    await session.server.close();
  }
}

/** Checks a law for many objects, some of which must be valid. */
async function holds<T>(
  arbitrary: fc.Arbitrary<T>,
  law: (session: Session, value: T) => Promise<boolean>,
): Promise<void> {
  let seen = 0;
  const property = fc.asyncProperty(arbitrary, async (value) => {
    if (await withSession((session) => law(session, value))) seen++;
  });
  await fc.assert(property, RUNS);
  expect(seen).toBeGreaterThan(RUNS.numRuns / 4);
}

/** Admission taints a new node: who applies its taints again means to take that back. */
const untainted = all.filter(({ resource }) => resource.kind !== 'Node');

test('what is applied twice changes nothing', async () => {
  await holds(anyVariant(untainted), async (session, variant) => {
    const { resource } = variant.sample;
    const config = objectOf(variant);
    const name = variant.sample.object.metadata.name;
    const first = await session.patch('apply', resource, name, config);
    expect(first.code).toBeLessThan(500);
    // What nobody manages yet is managed from the second time on.
    if (first.code >= 300 || !first.object.metadata.managedFields) return false;
    session.clock.advance(90_000);
    const current = await session.send('GET', pathOf(resource, name));
    const again = await session.patch('apply', resource, name, config);
    expect(again.code).toBe(200);
    expect(again.object).toEqual(current.object);
    return true;
  });
});

/** Without members that are null: to a merge that means that they are not there. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== null)
      .map(([key, v]) => [key, withoutNulls(v)]),
  );
}

const bare = (object: JsonObject) => withoutNulls(object) as Stored;

/** Counts the changes of a DaemonSet's template. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** An object without what tells nothing of its content: how often, when and by whom it was written. */
function content({ metadata, status: _status, ...rest }: Stored): JsonObject {
  const { generation: _g, managedFields: _m, resourceVersion: _r, annotations, ...meta } = metadata;
  const { [TEMPLATE_GENERATION]: _t, ...notes } = annotations ?? {};
  return bare({ ...rest, metadata: { ...meta, annotations: notes } });
}

/** Two variants of one sample. */
const pairs: fc.Arbitrary<{ a: Variant; b: Variant }> = anyVariant(all, 3).chain((a) =>
  anyVariant([a.sample], 3).map((b) => ({ a, b })),
);

describe.each(['json', 'merge', 'strategic'] as const)('a %s patch', (kind) => {
  test('of what differs between two objects makes one of the other', async () => {
    await holds(pairs, async (session, { a, b }) => {
      const { resource } = a.sample;
      const wanted = await session.create(resource, objectOf(b), '?dryRun=All');
      const created = await session.create(resource, objectOf(a));
      if (wanted.code !== 201 || created.code !== 201) return false;
      const name = created.object.metadata.name;
      const before = bare(created.object);
      const { labels, annotations, finalizers } = wanted.object.metadata;
      const metadata = { ...before.metadata, labels, annotations, finalizers };
      // The body of an object is told apart from what only the server writes.
      const after = bare(
        JSON.parse(JSON.stringify({ ...wanted.object, metadata, status: before['status'] })) as JsonObject,
      );
      const type = builtInKind(resource);
      if (kind === 'strategic' && (isAmbiguous(type, before) || isAmbiguous(type, after))) return false;
      const patch =
        kind === 'json'
          ? jsonDifference(before, after)
          : kind === 'merge'
            ? mergeDifference(before, after)
            : strategicDifference(type, before, after);
      const patched = await session.patch(kind, resource, name, patch);
      // Some fields cannot be changed.
      expect([200, 403, 409, 422]).toContain(patched.code);
      if (patched.code !== 200) return false;
      expect(content(patched.object)).toEqual(content(after));
      return true;
    });
  });
});

test('an apply patch makes of one object whatever is applied of another', async () => {
  await holds(pairs, async (session, { a, b }) => {
    const { resource } = a.sample;
    const name = a.sample.object.metadata.name;
    const first = await session.patch('apply', resource, name, objectOf(a));
    const second = await session.patch('apply', resource, name, objectOf(b));
    if (first.code >= 300 || second.code >= 300) return false;
    const fresh = await appliedAfresh(resource, name, objectOf(b));
    // Some things are asked of new objects alone.
    if (fresh.code >= 300) return false;
    expect(fieldsOf(second.object)).toEqual(fieldsOf(fresh.object));
    return true;
  });
});

/** What a server makes of an object that is applied where there is none. */
async function appliedAfresh(resource: Sample['resource'], name: string, config: JsonObject): Promise<Answer> {
  const session = await Session.start();
  const answer = await session.patch('apply', resource, name, config);
  await session.server.close();
  return answer;
}

const fieldsOf = ({ metadata }: Stored) =>
  (metadata.managedFields ?? []).filter((m) => m.operation === 'Apply').map((m) => m.fieldsV1);

/** A write of one of a few objects. */
interface Write {
  what: 'create' | 'label' | 'change' | 'delete';
  name: number;
  label: number;
}

const writes: fc.Arbitrary<Write[]> = fc.array(
  fc.record({
    what: fc.constantFrom('create', 'label', 'change', 'delete'),
    name: fc.nat(4),
    label: fc.nat(2),
  }),
  { maxLength: 30 },
);

describe.each([
  ['configmaps', configmaps],
  ['pods', pods],
] as const)('a watcher of %s', (_, resource) => {
  const make = (name: string, label: number): JsonObject => ({
    metadata: { name, labels: { n: String(label) } },
    ...(resource === pods ? { spec: { containers: [{ name: 'c', image: 'busybox:1.36' }] } } : {}),
  });

  async function write(session: Session, { what, name, label }: Write): Promise<void> {
    const path = pathOf(resource, `o${name}`);
    if (what === 'create') await session.create(resource, make(`o${name}`, label));
    else if (what === 'delete') await session.send('DELETE', `${path}?gracePeriodSeconds=0`);
    else {
      const metadata =
        what === 'label' ? { labels: { n: String(label) } } : { annotations: { changed: String(label) } };
      await session.patch('merge', resource, `o${name}`, { metadata });
    }
  }

  const stateOf = (items: readonly Stored[]) =>
    new Map(items.map((o) => [o.metadata.name, o.metadata.resourceVersion] as const));

  test.each(['', 'labelSelector=n%3D1', 'labelSelector=n%20notin%20(1)', 'fieldSelector=metadata.name%3Do1'])(
    'that replays events from a list ends where a new list is (%s)',
    async (selector) => {
      const law = fc.asyncProperty(writes, writes, writes, async (before, between, after) => {
        await withSession(async (session) => {
          const list = async () => {
            const { object } = await session.send('GET', `${pathOf(resource)}?${selector}`);
            return { items: object['items'] as Stored[], version: object.metadata.resourceVersion ?? '' };
          };
          for (const w of before) await write(session, w);
          const { items, version } = await list();
          for (const w of between) await write(session, w);
          const watching = await session.raw(
            'GET',
            `${pathOf(resource)}?watch=true&resourceVersion=${version}&timeoutSeconds=5&${selector}`,
          );
          for (const w of after) await write(session, w);
          session.clock.advance(6_000);
          const state = stateOf(items);
          for (const line of (await watching.text()).split('\n').filter(Boolean)) {
            const { type, object } = JSON.parse(line) as { type: string; object: Stored };
            expect(['ADDED', 'MODIFIED', 'DELETED']).toContain(type);
            expect(state.has(object.metadata.name)).toBe(type !== 'ADDED');
            if (type === 'DELETED') state.delete(object.metadata.name);
            else state.set(object.metadata.name, object.metadata.resourceVersion);
          }
          expect(state).toEqual(stateOf((await list()).items));
          return true;
        });
      });
      await fc.assert(law, { numRuns: 20, seed: 1 });
    },
  );
});
