import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../kit/clock.ts';
import type { AdmissionPlugin } from '../../admission/plugin.ts';
import type { ObjectMeta } from '../../machinery/object.ts';
import type { ApiTransport } from '../index.ts';
import { ADMIN, testServer } from '../test-server.ts';

const marks: AdmissionPlugin = {
  name: 'Marks',
  enabledByDefault: true,
  admit({ object }) {
    if (object) object.metadata = { ...object.metadata, labels: { ...object.metadata.labels, marked: 'yes' } };
  },
};

const at = { group: '', version: 'v1', resource: 'configmaps', namespace: 'default' };
const metaOf = (object: Record<string, unknown>) => object['metadata'] as ObjectMeta;

let clock: ManualClock;
let admin: ApiTransport;

beforeEach(() => {
  clock = new ManualClock();
  admin = testServer({ clock, plugins: [marks] }).transport(ADMIN);
});

describe('who manages a field', () => {
  const options = { fieldManager: 'me' };

  it('is nobody where admission has set it', async () => {
    const body = { metadata: { name: 'c', labels: { mine: 'yes' } }, data: { a: '1' } };
    const created = await admin.call({ verb: 'create', ...at, body, options });
    expect(metaOf(created.object).labels).toEqual({ mine: 'yes', marked: 'yes' });
    expect(metaOf(created.object).managedFields).toMatchObject([
      { manager: 'me', fieldsV1: { 'f:data': { '.': {}, 'f:a': {} }, 'f:metadata': { 'f:labels': { 'f:mine': {} } } } },
    ]);
    expect(JSON.stringify(metaOf(created.object).managedFields)).not.toContain('f:marked');

    const change = { metadata: { labels: { marked: null } }, data: { b: '2' } };
    const patched = await admin.call({
      verb: 'patch',
      ...at,
      name: 'c',
      patchType: 'merge',
      body: change,
      options,
    });
    expect(metaOf(patched.object).labels?.['marked']).toBe('yes');
    expect(JSON.stringify(metaOf(patched.object).managedFields)).not.toContain('f:marked');
  });

  it('is no reason to store an object again that was applied before in other words', async () => {
    const config = (amount: string) => ({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q' },
      spec: { hard: { cpu: amount } },
    });
    const quota = { ...at, resource: 'resourcequotas', name: 'q', patchType: 'apply' as const, options };
    const first = await admin.call({ verb: 'patch', ...quota, body: config('1000m') });
    expect(first.object).toMatchObject({ spec: { hard: { cpu: '1' } } });
    clock.advance(60_000);
    const again = await admin.call({ verb: 'patch', ...quota, body: config('1000m') });
    expect(again.object).toEqual(first.object);
  });
});

it('warns of owners that are given twice, and takes one of them', async () => {
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u-1' };
  const metadata = { name: 'owned', ownerReferences: [owner, owner, { ...owner, name: 'other' }] };
  const { object, warnings } = await admin.call({ verb: 'create', ...at, body: { metadata } });
  expect(metaOf(object).ownerReferences).toEqual([owner, { ...owner, name: 'other' }]);
  expect(warnings).toEqual([
    '.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such ' +
      'requests as early as 1.24; please fix your requests; duplicate UID(s) observed: u-1',
  ]);
});
