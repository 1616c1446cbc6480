import type { JsonObject } from '../machinery/object.ts';
import { MessageCodec } from '../machinery/protobuf/codec.ts';
import { openEnvelope, sealEnvelope } from '../machinery/protobuf/envelope.ts';
import type { MessageField } from '../machinery/protobuf/message.ts';
import { ProtobufFault } from '../machinery/protobuf/wire.ts';
import { parseApiVersion, type GroupVersionKind } from '../machinery/resource.ts';
import { schemaText } from './schema-files.ts';

type Rows = readonly (readonly [number, string, string])[];

/** Messages that are embedded structs: their fields stand among those of the message that has a field of this name. */
const EMBEDDED = new Set([
  'handler',
  'volumeSource',
  'persistentVolumeSource',
  'localObjectReference',
  'ephemeralContainerCommon',
  'ingressRuleValue',
  'ruleWithOperations',
  'rule',
  'deviceConfiguration',
]);

/** Fields whose JSON name is not their protobuf name with a small first letter. */
const RENAMED: Readonly<Record<string, string>> = { uID: 'uid', aPIGroup: 'apiGroup' };
const RENAMED_IN_SCHEMAS: Readonly<Record<string, string>> = { schema: '$schema', ref: '$ref' };

function jsonName(message: string, name: string): string {
  if (message.endsWith('.JSONSchemaProps')) {
    if (name.startsWith('xKubernetes')) return name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
    return RENAMED_IN_SCHEMAS[name] ?? name;
  }
  if (message.endsWith('.DaemonEndpoint')) return name;
  return RENAMED[name] ?? name.charAt(0).toLowerCase() + name.slice(1);
}

let facts: Readonly<Record<string, Rows>> | undefined;
const messages = new Map<string, readonly MessageField[]>();

function fieldsOf(message: string): readonly MessageField[] | undefined {
  const known = messages.get(message);
  if (known) return known;
  facts ??= JSON.parse(schemaText('facts/protobuf-fields.json')) as Record<string, Rows>;
  const fields = facts[message]?.map(([number, name, type]): MessageField => {
    const [, repeated, map] = /^(?:repeated (.+)|map<(.+)>)$/.exec(type) ?? [];
    return {
      number,
      json: jsonName(message, name),
      type: repeated ?? map ?? type,
      label: repeated ? 'repeated' : map ? 'map' : 'single',
      inline: EMBEDDED.has(name) && type.includes('.'),
    };
  });
  if (fields) messages.set(message, fields);
  return fields;
}

const codec = new MessageCodec(fieldsOf);

const PACKAGES: Readonly<Record<string, string>> = {
  '': 'k8s.io.api.core.',
  'apiextensions.k8s.io': 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.',
  'apiregistration.k8s.io': 'k8s.io.kube_aggregator.pkg.apis.apiregistration.',
  'internal.apiserver.k8s.io': 'k8s.io.api.apiserverinternal.',
  'meta.k8s.io': 'k8s.io.apimachinery.pkg.apis.meta.',
  'metrics.k8s.io': 'k8s.io.metrics.pkg.apis.metrics.',
};
const META = 'k8s.io.apimachinery.pkg.apis.meta.v1.';

/** The message of a kind. Options, Status and other kinds of all groups are found in any. */
function messageOf({ group, version, kind }: GroupVersionKind): string | undefined {
  const own = `${PACKAGES[group] ?? `k8s.io.api.${group.split('.')[0] ?? ''}.`}${version}.${kind}`;
  return [own, META + kind].find((name) => fieldsOf(name) !== undefined);
}

/** Whether objects of a kind can be written in protobuf (custom resources cannot). */
export const hasProtobuf = (gvk: GroupVersionKind): boolean => messageOf(gvk) !== undefined;

/**
 * Decodes a body of type application/vnd.kubernetes.protobuf into the object's JSON form, apiVersion and kind first; run
 * schema's `decode` on it. Throws a ProtobufFault (its `code` is PROTOBUF) for bytes that are no such body. `expected` is
 * the kind where the envelope names none.
 */
export function decodeProtobuf(body: Uint8Array, expected?: GroupVersionKind): JsonObject {
  const { apiVersion, kind, raw } = openEnvelope(body);
  const gvk = kind ? { ...parseApiVersion(apiVersion), kind } : expected;
  const message = gvk && messageOf(gvk);
  if (!message) throw new ProtobufFault(`no kind "${kind}" is registered for version "${apiVersion}"`);
  return { ...(kind ? { kind, apiVersion } : {}), ...codec.decode(message, raw) };
}

/** Encodes an object for an answer in protobuf; undefined when its kind has no such form. */
export function encodeProtobuf(gvk: GroupVersionKind, object: unknown): Uint8Array | undefined {
  const message = messageOf(gvk);
  if (!message) return undefined;
  const apiVersion = gvk.group ? `${gvk.group}/${gvk.version}` : gvk.version;
  return sealEnvelope(apiVersion, gvk.kind, codec.encode(message, object));
}

/** Whether an error says that bytes are no protobuf body. */
export const isProtobufFault = (err: unknown): boolean => (err as { code?: string } | null)?.code === 'PROTOBUF';
