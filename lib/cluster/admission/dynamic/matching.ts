import { isNotFound } from '../../machinery/status-error.ts';
import { matchesRequirements, selectorRequirements, type LabelSelector } from '../../machinery/selector.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { namespaces } from '../../schema/generated/resources.ts';
import type { Namespace } from '../../schema/generated/types.ts';
import type { AdmissionContext, AdmissionRequest } from '../plugin.ts';

/** A rule of a webhook or policy: which requests it is about. */
export interface RequestRule {
  operations?: readonly string[];
  apiGroups?: readonly string[];
  apiVersions?: readonly string[];
  resources?: readonly string[];
  scope?: string;
  resourceNames?: readonly string[];
}

export interface RequestMatch {
  namespaceSelector?: LabelSelector;
  objectSelector?: LabelSelector;
  resourceRules?: readonly RequestRule[];
  excludeResourceRules?: readonly RequestRule[];
}

const has = (list: readonly string[] | undefined, value: string) =>
  list !== undefined && (list.includes('*') || list.includes(value));

function resourceFits(resources: readonly string[] = [], resource: string, subresource: string): boolean {
  return resources.some((wanted) => {
    const [name = '', sub = ''] = wanted.split('/');
    const nameFits = name === '*' || name === resource;
    return nameFits && (wanted === '*/*' || sub === '*' || sub === subresource);
  });
}

/** Whether a rule is about a request. Versions of one resource are equivalent, as every matchPolicy but Exact has it. */
export function ruleMatches(rule: RequestRule, request: AdmissionRequest): boolean {
  const { resource, subresource, namespace, operation, name } = request;
  const { scope = '*', resourceNames } = rule;
  const isNamespace = resource.group === '' && resource.resource === 'namespaces';
  const namespaced = namespace !== '' && !isNamespace;
  return (
    has(rule.operations, operation) &&
    has(rule.apiGroups, resource.group) &&
    has(rule.apiVersions, resource.version) &&
    resourceFits(rule.resources, resource.resource, subresource) &&
    (scope === '*' || (scope === 'Namespaced') === namespaced) &&
    (!resourceNames?.length || resourceNames.includes(name))
  );
}

/** The namespace that a request is about: its own, or the one that it writes. */
export async function namespaceOf(
  request: AdmissionRequest,
  { client }: AdmissionContext,
): Promise<Namespace | undefined> {
  const { resource, namespace, name, operation } = request;
  if (resource.group === '' && resource.resource === 'namespaces') {
    if (operation !== 'DELETE') return request.object as unknown as Namespace;
    return request.oldObject as unknown as Namespace | undefined;
  }
  if (!namespace) return undefined;
  try {
    return await client.get(namespaces, '', namespace);
  } catch (err) {
    if (isNotFound(err)) return undefined;
    throw new Error(`namespace ${namespace} of ${name} cannot be read`, { cause: err });
  }
}

const isEmpty = (s: LabelSelector | undefined) =>
  !s || (!Object.keys(s.matchLabels ?? {}).length && !s.matchExpressions?.length);

const fits = (selector: LabelSelector | undefined, object: KubeObject | undefined) =>
  isEmpty(selector) ||
  (object !== undefined && matchesRequirements(selectorRequirements(selector ?? {}), object.metadata.labels ?? {}));

/** Whether the selectors of a webhook or policy select a request; objects of no namespace pass every namespaceSelector. */
export async function selectorsMatch(
  { namespaceSelector, objectSelector }: RequestMatch,
  request: AdmissionRequest,
  context: AdmissionContext,
): Promise<boolean> {
  const { object, oldObject } = request;
  const aboutObject = isEmpty(objectSelector) || fits(objectSelector, object) || fits(objectSelector, oldObject);
  if (!aboutObject) return false;
  if (isEmpty(namespaceSelector)) return true;
  const namespace = await namespaceOf(request, context);
  return namespace === undefined ? !request.namespace : fits(namespaceSelector, namespace);
}

/** Whether a policy's or binding's constraints let a request in. Without rules they are about everything. */
export async function constraintsMatch(
  match: RequestMatch | undefined,
  request: AdmissionRequest,
  context: AdmissionContext,
): Promise<boolean> {
  if (!match) return true;
  if (match.excludeResourceRules?.some((rule) => ruleMatches(rule, request))) return false;
  const rules = match.resourceRules ?? [];
  if (rules.length && !rules.some((rule) => ruleMatches(rule, request))) return false;
  return selectorsMatch(match, request, context);
}

/** Admission's own objects are never subject to webhooks and policies: a wrong one could not be removed. */
export const isExempt = ({ resource }: AdmissionRequest): boolean =>
  resource.group === 'admissionregistration.k8s.io' ||
  [
    'tokenreviews',
    'selfsubjectreviews',
    'subjectaccessreviews',
    'selfsubjectaccessreviews',
    'selfsubjectrulesreviews',
    'localsubjectaccessreviews',
  ].includes(resource.resource);
