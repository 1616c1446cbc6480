import { stringify as toYaml } from 'yaml';
import type { JsonObject } from '../../lib/cluster/machinery/object.ts';
import { encodeProtobuf } from '../../lib/cluster/schema/protobuf.ts';
import { randomInt, type Random } from '../../lib/kit/random.ts';
import { pathOf, samples, type Sample } from '../api/samples.ts';
import { anyValue, chance, mutateBytes, mutateValue, pick, places, TEXTS } from './mutate.ts';

/** A request that can be sent again. */
export interface Shot {
  method: string;
  /** Path and query. */
  path: string;
  headers: Record<string, string>;
  body?: Uint8Array;
}

const JSON_TYPE = 'application/json';
const YAML_TYPE = 'application/yaml';
const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';
const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
] as const;

const bytes = (text: string) => new TextEncoder().encode(text);

/** A JSON text; values that JSON does not have become the nearest that it has. */
const json = (value: unknown) => bytes(JSON.stringify(value) ?? 'null');

function encoded(random: Random, sample: Sample, value: unknown): { type: string; body: Uint8Array } {
  const way = randomInt(random, 6);
  if (way === 0) return { type: YAML_TYPE, body: bytes(yamlOf(value)) };
  if (way === 1) {
    const body = protobufOf(sample, value);
    if (body) return { type: PROTOBUF_TYPE, body };
  }
  return { type: JSON_TYPE, body: json(value) };
}

function yamlOf(value: unknown): string {
  try {
    return toYaml(value, { aliasDuplicateObjects: false });
  } catch {
    // Too deep for the writer: JSON is YAML too.
    return JSON.stringify(value) ?? 'null';
  }
}

function protobufOf({ resource }: Sample, value: unknown): Uint8Array | undefined {
  try {
    return encodeProtobuf(resource, value);
  } catch {
    return undefined;
  }
}

/** A value or its bytes, changed; sometimes as it is, so that it gets further. */
function body(random: Random, sample: Sample, value: unknown, other: unknown): { type: string; body: Uint8Array } {
  let changed = value;
  for (let left = randomInt(random, 3); left > 0; left--) changed = mutateValue(random, changed, other);
  const written = encoded(random, sample, changed);
  return chance(random, 4) ? { ...written, body: mutateBytes(random, written.body) } : written;
}

const DIRECTIVES = ['$patch', '$retainKeys', '$setElementOrder/containers', '$deleteFromPrimitiveList/finalizers'];

function patchBody(random: Random, type: (typeof PATCH_TYPES)[number], sample: Sample, other: unknown): Uint8Array {
  const mutated = mutateValue(random, sample.object, other) as JsonObject;
  switch (type) {
    case 'application/json-patch+json': {
      const paths = places(sample.object).map((p) => p.path);
      const path = () => pick(random, [pick(random, paths), `${pick(random, paths)}/-`, pick(random, TEXTS), '']);
      const operation = (): unknown =>
        chance(random, 15)
          ? anyValue(random)
          : {
              op: pick(random, ['add', 'remove', 'replace', 'move', 'copy', 'test', pick(random, TEXTS)]),
              path: path(),
              ...(chance(random, 2) ? { from: path() } : {}),
              ...(chance(random, 5) ? {} : { value: chance(random, 2) ? anyValue(random) : sample.object }),
            };
      return json(Array.from({ length: randomInt(random, 5) }, operation));
    }
    case 'application/strategic-merge-patch+json': {
      const all = places(mutated).filter((p) => !Array.isArray(p.holder));
      if (all.length && chance(random, 2)) {
        const value = pick(random, ['delete', 'replace', 'merge', [], ['name'], anyValue(random)]);
        pick(random, all).holder[pick(random, DIRECTIVES)] = value;
      }
      return json(mutated);
    }
    case 'application/apply-patch+yaml':
      return chance(random, 2) ? json(mutated) : bytes(yamlOf(mutated));
    default:
      return json(mutated);
  }
}

const QUERIES: Readonly<Record<string, readonly string[]>> = {
  labelSelector: ['app=web', 'app in (a,b)', '!app', 'a notin ()', 'app==web,tier!=x'],
  fieldSelector: ['metadata.name=box', 'spec.nodeName!=a', 'status.phase=Running,', 'a=b'],
  limit: ['1', '0', '-5', '9e9'],
  continue: ['e30', 'AAAA', Buffer.from('{"v":"meta.k8s.io/v1","rv":1,"start":"a\\u0000"}').toString('base64url')],
  resourceVersion: ['0', '1', '10', 'x'],
  resourceVersionMatch: ['Exact', 'NotOlderThan', 'x'],
  timeoutSeconds: ['1', '0', '-1', 'x'],
  watch: ['true', 'false', '1', ''],
  allowWatchBookmarks: ['true'],
  sendInitialEvents: ['true', 'x'],
  dryRun: ['All', 'None', ''],
  fieldManager: ['me', 'a'.repeat(200), '\u0000'],
  fieldValidation: ['Strict', 'Warn', 'Ignore', 'x'],
  force: ['true', 'x'],
  propagationPolicy: ['Orphan', 'Foreground', 'Background', 'x'],
  gracePeriodSeconds: ['0', '-1', '30', 'x'],
  orphanDependents: ['true'],
  includeObject: ['None', 'Object', 'x'],
  pretty: ['true'],
  container: ['web', ''],
  tailLines: ['-1', 'x'],
  command: ['sh'],
  timeout: ['1s', 'x'],
};

function query(random: Random): string {
  const names = Object.keys(QUERIES);
  const part = () => {
    const name = chance(random, 20) ? pick(random, TEXTS) : pick(random, names);
    const value = chance(random, 4)
      ? pick(random, TEXTS)
      : pick(random, (Object.hasOwn(QUERIES, name) ? QUERIES[name] : undefined) ?? TEXTS);
    return `${escaped(name)}=${chance(random, 30) ? value.slice(0, 50) : escaped(value)}`;
  };
  const parts = Array.from({ length: randomInt(random, 4) }, part);
  return parts.length ? `?${parts.join('&')}` : '';
}

/** As a client escapes it; halves of surrogate pairs have no form there. */
const escaped = (text: string) => encodeURIComponent(Buffer.from(text.slice(0, 4_000)).toString());

const OTHER_PATHS = [
  '/',
  '/api',
  '/api/v1',
  '/apis',
  '/apis/apps',
  '/apis/apps/v1',
  '/version',
  '/healthz',
  '/livez?verbose',
  '/readyz/etcd',
  '/metrics',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/apis/apps/v1',
  '/.well-known/openid-configuration',
  '/openid/v1/jwks',
  '/logs',
  '/api/v1/watch/pods',
  '/api/v1/namespaces/default/pods/box/log',
  '/api/v1/namespaces/default/pods/box/exec',
  '/api/v1/namespaces/default/services',
  '/apis/nothing.example.org/v1/things',
  '/api/v1/componentstatuses',
  '/apis/metrics.k8s.io/v1beta1/nodes',
];

const SUBRESOURCES = [
  'status',
  'scale',
  'finalize',
  'approval',
  'resize',
  'ephemeralcontainers',
  'token',
  'eviction',
  'binding',
  'log',
];

const KINDS_OF_SUBRESOURCES: Readonly<Record<string, JsonObject>> = {
  scale: { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'web' }, spec: { replicas: 3 } },
  token: {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: ['a'], expirationSeconds: 600 },
  },
  eviction: {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: 'box' },
    deleteOptions: { gracePeriodSeconds: 1 },
  },
  binding: { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'box' }, target: { kind: 'Node', name: 'node09' } },
};

const REVIEWS: readonly (readonly [path: string, object: JsonObject])[] = [
  [
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    {
      kind: 'SelfSubjectAccessReview',
      apiVersion: 'authorization.k8s.io/v1',
      spec: { resourceAttributes: { verb: 'get', resource: 'pods', fieldSelector: { rawSelector: 'a=b' } } },
    },
  ],
  [
    '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    {
      kind: 'SubjectAccessReview',
      apiVersion: 'authorization.k8s.io/v1',
      spec: { user: 'lena', groups: ['a'], nonResourceAttributes: { path: '/x', verb: 'get' } },
    },
  ],
  [
    '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
    { kind: 'SelfSubjectRulesReview', apiVersion: 'authorization.k8s.io/v1', spec: { namespace: 'default' } },
  ],
  [
    '/apis/authentication.k8s.io/v1/tokenreviews',
    { kind: 'TokenReview', apiVersion: 'authentication.k8s.io/v1', spec: { token: 'x' } },
  ],
];

const DELETE_OPTIONS: JsonObject = {
  kind: 'DeleteOptions',
  apiVersion: 'v1',
  gracePeriodSeconds: 0,
  propagationPolicy: 'Background',
  preconditions: { uid: 'x', resourceVersion: '1' },
};

const ACCEPT = [
  JSON_TYPE,
  YAML_TYPE,
  PROTOBUF_TYPE,
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'text/html',
  '*/*;q=x',
  `${'a/b,'.repeat(3_000)}c/d`,
];

const HEADERS: Readonly<Record<string, readonly string[]>> = {
  accept: ACCEPT,
  'content-type': [
    ...PATCH_TYPES,
    JSON_TYPE,
    YAML_TYPE,
    PROTOBUF_TYPE,
    'text/plain',
    'application/json; charset=utf-8;x',
  ],
  authorization: ['Bearer wrong', 'Bearer ', 'Basic YTpi', 'admin'],
  'impersonate-user': ['lena', 'system:serviceaccount:default:robot', 'system:serviceaccount:a'],
  'impersonate-group': ['a', 'system:masters'],
  'impersonate-uid': ['x'],
  'impersonate-extra-a%2Fb': ['x'],
  'if-none-match': ['"x"', '*'],
  'user-agent': ['curl/8.0', '', 'kubectl/v1'],
  'accept-encoding': ['gzip', 'gzip;q=0'],
  'sec-websocket-protocol': ['v5.channel.k8s.io,base64url.bearer.authorization.k8s.io.AAAA'],
  connection: ['upgrade'],
};

function headers(random: Random, contentType: string | undefined): Record<string, string> {
  const made: Record<string, string> = {
    authorization: 'Bearer admin',
    accept: chance(random, 3) ? pick(random, ACCEPT.slice(0, 5)) : JSON_TYPE,
  };
  if (contentType) made['content-type'] = contentType;
  if (chance(random, 4)) {
    const name = pick(random, Object.keys(HEADERS));
    const value = chance(random, 3) ? pick(random, TEXTS) : pick(random, HEADERS[name] ?? TEXTS);
    // What cannot stand in a header does not reach a server.
    made[name] = Buffer.from(value)
      .toString('latin1')
      .replaceAll(/[\0\r\n]/g, ' ')
      .slice(0, 16_000);
  }
  return made;
}

/** Makes requests from valid ones, and never the same in a row. */
export class Shots {
  readonly #random: Random;
  readonly #samples: readonly Sample[] = [...samples(), TOOL];

  constructor(random: Random) {
    this.#random = random;
  }

  /** Creations of all samples as they are: what a server holds before the first shot. */
  first(): Shot[] {
    return this.#samples.map(({ resource, object }) => ({
      method: 'POST',
      path: pathOf(resource),
      headers: { authorization: 'Bearer admin', 'content-type': JSON_TYPE },
      body: json(object),
    }));
  }

  next(): Shot {
    const random = this.#random;
    const sample = pick(random, this.#samples);
    const other = pick(random, this.#samples).object;
    const at = pathOf(sample.resource);
    const one = `${at}/${chance(random, 12) ? escaped(pick(random, TEXTS)) : sample.object.metadata.name}`;
    const send = (method: string, path: string, type?: string, content?: Uint8Array): Shot => ({
      method,
      path: `${path}${path.includes('?') ? '' : query(random)}`,
      headers: headers(random, type),
      ...(content ? { body: content } : {}),
    });
    switch (randomInt(random, 20)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4: {
        const renamed = {
          ...sample.object,
          metadata: { ...sample.object.metadata, name: `n${randomInt(random, 50)}` },
        };
        const written = body(random, sample, chance(random, 2) ? renamed : sample.object, other);
        return send('POST', at, written.type, written.body);
      }
      case 5:
      case 6:
      case 7: {
        const written = body(random, sample, sample.object, other);
        return send('PUT', one, written.type, written.body);
      }
      case 8:
      case 9:
      case 10:
      case 11:
      case 12: {
        const type = pick(random, PATCH_TYPES);
        const content = patchBody(random, type, sample, other);
        return send('PATCH', one, type, chance(random, 6) ? mutateBytes(random, content) : content);
      }
      case 13: {
        const subresource = pick(random, SUBRESOURCES);
        const object = KINDS_OF_SUBRESOURCES[subresource] ?? sample.object;
        const method = pick(random, ['POST', 'PUT', 'PATCH', 'GET', 'DELETE']);
        if (method === 'GET') return send(method, `${one}/${subresource}`);
        const written = body(random, sample, object, other);
        return send(
          method,
          `${one}/${subresource}`,
          method === 'PATCH' ? pick(random, PATCH_TYPES) : written.type,
          written.body,
        );
      }
      case 14: {
        const [path, object] = pick(random, REVIEWS);
        const written = body(random, sample, object, other);
        return send('POST', path, written.type, written.body);
      }
      case 15: {
        const written = body(random, sample, DELETE_OPTIONS, other);
        return send('DELETE', chance(random, 5) ? at : one, written.type, chance(random, 2) ? undefined : written.body);
      }
      case 16:
        return send('GET', one);
      case 17:
        return send('GET', at);
      case 18:
        return send(
          pick(random, ['GET', 'GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE', 'PUT']),
          pick(random, OTHER_PATHS),
        );
      default: {
        const path = Buffer.from(mutateBytes(random, bytes(pick(random, [one, at, pick(random, OTHER_PATHS)]))));
        return send(pick(random, ['GET', 'POST', 'DELETE']), `/${path.toString('latin1')}`);
      }
    }
  }
}

/** One of the custom resources that a sample defines. */
const TOOL: Sample = {
  resource: { group: 'example.org', version: 'v1', resource: 'tools', kind: 'Tool', namespaced: true },
  object: {
    apiVersion: 'example.org/v1',
    kind: 'Tool',
    metadata: { name: 'saw' },
    spec: { grams: 7, name: 'saw', parts: [{ id: 'a', n: 1 }, { id: 'b' }], free: { any: [1, { thing: null }] } },
  },
};
