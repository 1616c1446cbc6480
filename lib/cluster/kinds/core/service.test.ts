import { expect, test } from 'vitest';
import { ManualClock } from '../../../kit/clock.ts';
import { deepClone } from '../../../kit/deep.ts';
import { seededRandom } from '../../../kit/random.ts';
import type { JsonObject, KubeObject } from '../../machinery/object.ts';
import { statusOf } from '../../machinery/status-error.ts';
import type { Service } from '../../schema/generated/types.ts';
import type { KindContext, SideEffect } from '../define.ts';
import { refused } from './service-addresses.ts';
import { service } from './service.ts';

type Stored = KubeObject & JsonObject;

/** What the hooks read, and a place for what they write. */
class World {
  readonly addresses = new Map<string, Stored>();
  readonly services: Service[] = [];
  dryRun = false;

  get context(): KindContext {
    return {
      clock: new ManualClock(),
      random: seededRandom(7),
      user: { username: 'admin', groups: [] },
      dryRun: this.dryRun,
      flags: {
        serviceClusterIpRange: '10.96.0.0/12',
        serviceNodePortRange: { from: 30000, to: 32767 },
        allowPrivileged: true,
      },
      read: {
        get: (_resource, _namespace, name) => this.addresses.get(name),
        list: ({ resource }) => (resource === 'services' ? (this.services as unknown as Stored[]) : []),
      },
    };
  }

  apply(effects: SideEffect[] | void): void {
    for (const { action, object } of effects ?? []) {
      if (action === 'create') this.addresses.set(object.metadata.name, object);
      else this.addresses.delete(object.metadata.name);
    }
  }

  create(name: string, spec: Service['spec']): Service {
    const draft: Service = { metadata: { name, namespace: 'default' }, spec: deepClone(spec) };
    service.defaults?.(draft);
    this.apply(service.prepareForCreate?.(draft, this.context));
    const errors = service.validate?.(draft, this.context) ?? [];
    if (errors.length) throw refused(draft, errors);
    this.services.push(draft);
    return draft;
  }

  update(old: Service, change: Partial<Service['spec']>): Service {
    const draft = deepClone(old);
    draft.spec = { ...draft.spec, ...change };
    service.defaults?.(draft);
    this.apply(service.prepareForUpdate?.(draft, old, this.context));
    const errors = service.validateUpdate?.(draft, old, this.context) ?? [];
    if (errors.length) throw refused(draft, errors);
    return draft;
  }
}

function refusal(act: () => unknown): string {
  try {
    act();
    return 'accepted';
  } catch (error) {
    return statusOf(error)?.message ?? String(error);
  }
}

test('a cluster IP comes with its IPAddress and goes with the Service', () => {
  const world = new World();
  const web = world.create('web', { ports: [{ port: 80 }] });
  const ip = web.spec.clusterIP ?? '';
  expect(ip).toMatch(/^10\.(9[6-9]|1[01]\d)\./);
  expect(web.spec).toMatchObject({ clusterIPs: [ip], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' });
  expect(world.addresses.get(ip)?.spec).toEqual({
    parentRef: { name: 'web', namespace: 'default', resource: 'services' },
  });
  world.apply(service.afterDelete?.(web, world.context));
  expect(world.addresses.size).toBe(0);
});

test('an address or node port that is taken or out of range is refused', () => {
  const world = new World();
  world.create('a', { clusterIP: '10.96.77.7', type: 'NodePort', ports: [{ port: 80, nodePort: 30180 }] });
  const spec = { ports: [{ port: 80 }] };
  expect(refusal(() => world.create('b', { ...spec, clusterIP: '10.96.77.7' }))).toBe(
    'Service "b" is invalid: spec.clusterIPs: Invalid value: ["10.96.77.7"]: failed to allocate IP 10.96.77.7: provided IP is already allocated',
  );
  expect(refusal(() => world.create('b', { ...spec, clusterIP: '10.200.0.1' }))).toContain(
    'the provided network does not match the current range',
  );
  const port = (nodePort: number) => ({ type: 'NodePort', ports: [{ port: 80, nodePort }] });
  expect(refusal(() => world.create('b', port(30180)))).toBe(
    'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30180: provided port is already allocated',
  );
  expect(refusal(() => world.create('b', port(40000)))).toContain('The range of valid ports is 30000-32767');
});

test('one node port serves TCP and UDP of one port; a dry run gets a number that is none', () => {
  const world = new World();
  const dns = world.create('dns', {
    type: 'NodePort',
    ports: [
      { name: 'u', port: 53, protocol: 'UDP' },
      { name: 't', port: 53 },
    ],
  });
  const [first, second] = (dns.spec.ports ?? []).map((p) => p.nodePort);
  expect(first).toBe(second);
  world.dryRun = true;
  const dry = world.create('dry', { type: 'NodePort', ports: [{ port: 80 }] });
  expect(dry.spec.ports?.[0]?.nodePort).toBe(32769);
});

test('changes of type take and give back', () => {
  const world = new World();
  const plain = world.create('web', { ports: [{ port: 80 }] });
  const np = world.update(plain, { type: 'NodePort' });
  expect(np.spec.ports?.[0]?.nodePort).toBeGreaterThanOrEqual(30000);
  const back = world.update(np, { type: 'ClusterIP' });
  expect(back.spec.ports?.[0]?.nodePort).toBeUndefined();
  expect(back.spec.externalTrafficPolicy).toBeUndefined();
  const away = world.update(back, { type: 'ExternalName', externalName: 'db.example.com' });
  expect(away.spec.clusterIP).toBeUndefined();
  expect(world.addresses.size).toBe(0);
});

test('the cluster IP of a Service stays', () => {
  const world = new World();
  const web = world.create('web', { ports: [{ port: 80 }] });
  const draft = deepClone(web);
  draft.spec.clusterIP = '10.96.55.55';
  service.prepareForUpdate?.(draft, web, world.context);
  expect(service.validateUpdate?.(draft, web, world.context)?.map((e) => `${e.field}: ${e.message}`)).toEqual([
    'spec.clusterIPs[0]: Invalid value: ["10.96.55.55"]: may not change once set',
  ]);
});
