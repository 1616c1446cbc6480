import type { UserInfo } from '../machinery/user.ts';
import { flowschemas, prioritylevelconfigurations } from '../schema/generated/resources.ts';
import type {
  FlowSchema,
  FlowcontrolV1Subject,
  NonResourcePolicyRule,
  ResourcePolicyRule,
} from '../schema/generated/types.ts';
import { storageKey, storagePrefix } from '../store/keys.ts';
import type { Core } from './core.ts';

/** What decides which flow schema a request belongs to: who asks for what. */
export interface FlowRequest {
  user: UserInfo;
  verb: string;
  /** Of a request for a resource. */
  resource?: { group: string; resource: string; subresource?: string; namespace?: string };
  /** Of any other request. */
  path?: string;
}

const has = (list: readonly string[] | undefined, value: string) =>
  list !== undefined && ((list.length === 1 && list[0] === '*') || list.includes(value));

function isSubject(
  { username, groups }: UserInfo,
  { kind, user, group, serviceAccount }: FlowcontrolV1Subject,
): boolean {
  if (kind === 'User') return user?.name === '*' || user?.name === username;
  if (kind === 'Group') return group?.name === '*' || (group !== undefined && groups.includes(group.name));
  if (kind !== 'ServiceAccount' || !serviceAccount) return false;
  const { namespace, name } = serviceAccount;
  const prefix = `system:serviceaccount:${namespace}:`;
  return name === '*' ? username.startsWith(prefix) : username === prefix + name;
}

function matchesResource({ verb, resource }: FlowRequest, rule: ResourcePolicyRule): boolean {
  if (!resource) return false;
  const { group, resource: name, subresource, namespace } = resource;
  return (
    has(rule.verbs, verb) &&
    has(rule.resources, subresource ? `${name}/${subresource}` : name) &&
    has(rule.apiGroups, group) &&
    (namespace ? has(rule.namespaces, namespace) : rule.clusterScope === true)
  );
}

/** `/healthz` stands for all below it, too. */
function matchesPath({ verb, path }: FlowRequest, rule: NonResourcePolicyRule): boolean {
  if (path === undefined || !has(rule.verbs, verb)) return false;
  return rule.nonResourceURLs.some((url) => {
    if (url === '*' || url === path) return true;
    const stem = url.replace(/\*$/, '');
    return path.startsWith(stem.endsWith('/') ? stem : `${stem}/`);
  });
}

const matches = (request: FlowRequest, { spec }: FlowSchema): boolean =>
  (spec?.rules ?? []).some(
    (rule) =>
      rule.subjects.some((subject) => isSubject(request.user, subject)) &&
      (request.resource
        ? (rule.resourceRules ?? []).some((r) => matchesResource(request, r))
        : (rule.nonResourceRules ?? []).some((r) => matchesPath(request, r))),
  );

interface Schemas {
  revision: number;
  inOrder: readonly FlowSchema[];
}

const known = new WeakMap<Core, Schemas>();

/** All flow schemas in the order in which they are tried. */
function schemasOf(core: Core): readonly FlowSchema[] {
  const { store } = core;
  const last = known.get(core);
  if (last?.revision === store.revision) return last.inOrder;
  const inOrder = (store.list(storagePrefix(flowschemas)).items as unknown as FlowSchema[]).toSorted(
    (a, b) =>
      (a.spec?.matchingPrecedence ?? 0) - (b.spec?.matchingPrecedence ?? 0) ||
      (a.metadata.name < b.metadata.name ? -1 : 1),
  );
  known.set(core, { revision: store.revision, inOrder });
  return inOrder;
}

/** The flow schema and priority level of a request; a schema whose level is missing is passed over. */
export function classify(core: Core, request: FlowRequest): { schema: FlowSchema; level: string } | undefined {
  const levelOf = (schema: FlowSchema) => schema.spec?.priorityLevelConfiguration.name ?? '';
  const schema = schemasOf(core).find(
    (s) =>
      matches(request, s) &&
      core.store.get(storageKey(prioritylevelconfigurations, undefined, levelOf(s))) !== undefined,
  );
  return schema && { schema, level: levelOf(schema) };
}

/** Tells a client which flow schema and priority level its request was of. */
export function fairnessHeaders(core: Core, request: FlowRequest, headers: Headers): void {
  const found = classify(core, request);
  if (!found) return;
  const level = core.store.get(storageKey(prioritylevelconfigurations, undefined, found.level));
  headers.set('x-kubernetes-pf-flowschema-uid', found.schema.metadata.uid ?? '');
  headers.set('x-kubernetes-pf-prioritylevel-uid', level?.metadata.uid ?? '');
}
