import { parse } from 'yaml';
import { notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { isJsonObject } from '../../machinery/object.ts';
import type { UserInfo } from '../../machinery/user.ts';

export type AuditLevel = 'None' | 'Metadata' | 'Request' | 'RequestResponse';
export type AuditStage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete';

interface AuditRule {
  level: AuditLevel;
  users?: readonly string[];
  userGroups?: readonly string[];
  verbs?: readonly string[];
  resources?: readonly { group?: string; resources?: readonly string[]; resourceNames?: readonly string[] }[];
  namespaces?: readonly string[];
  nonResourceURLs?: readonly string[];
  omitStages?: readonly string[];
  omitManagedFields?: boolean;
}

/** `audit.k8s.io/v1` Policy: what is written of which requests. The first rule that matches decides. */
export interface AuditPolicy {
  rules: readonly AuditRule[];
  omitStages?: readonly string[];
  omitManagedFields?: boolean;
}

/** What a policy looks at. */
export interface AuditedRequest {
  user: UserInfo;
  verb: string;
  /** A path that is no resource's … */
  path?: string;
  /** … or a resource. */
  group?: string;
  resource?: string;
  subresource?: string;
  namespace?: string;
  name?: string;
}

export interface AuditDecision {
  level: AuditLevel;
  omitStages: readonly string[];
  omitManagedFields: boolean;
}

const LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse'];
const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'];
const RULES = FieldPath.of('rules');

function stageErrors(stages: readonly string[] | undefined, at: FieldPath): FieldError[] {
  return (stages ?? []).flatMap((stage, i) =>
    STAGES.includes(stage) ? [] : [notSupported(at.index(i), stage, STAGES)],
  );
}

function errorsOf({ rules, omitStages }: AuditPolicy): FieldError[] {
  return [
    ...stageErrors(omitStages, FieldPath.of('omitStages')),
    ...rules.flatMap((rule, i) => {
      const level = RULES.index(i).child('level');
      const errors = LEVELS.includes(rule.level)
        ? []
        : [rule.level ? notSupported(level, rule.level, LEVELS) : required(level)];
      return [...errors, ...stageErrors(rule.omitStages, RULES.index(i).child('omitStages'))];
    }),
  ];
}

/** Reads the file of `--audit-policy-file`; the error is what ends the API server. */
export function readAuditPolicy(
  text: string,
  path: string,
): { ok: true; policy: AuditPolicy } | { ok: false; error: string } {
  let value: unknown;
  try {
    value = parse(text);
  } catch (err) {
    const why = (err instanceof Error ? err.message : String(err)).split('\n')[0] ?? '';
    return { ok: false, error: `failed decoding: yaml: ${why}: from file ${path}` };
  }
  if (!isJsonObject(value) || !value.kind || !value.apiVersion)
    return { ok: false, error: `failed decoding: Object 'Kind' is missing in '${text.trim()}': from file ${path}` };
  const { apiVersion, kind } = value as { apiVersion: unknown; kind: unknown };
  if (apiVersion !== 'audit.k8s.io/v1' || kind !== 'Policy') {
    const why = `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/audit/scheme.go:30"`;
    return { ok: false, error: `failed decoding: ${why}: from file ${path}` };
  }
  const policy = value as unknown as AuditPolicy;
  if (!Array.isArray(policy.rules) || policy.rules.length === 0)
    return { ok: false, error: `loaded illegal policy with 0 rules from file ${path}` };
  const errors = errorsOf(policy).map(({ field, message }) => `${field}: ${message}`);
  if (errors.length) return { ok: false, error: errors.length > 1 ? `[${errors.join(', ')}]` : (errors[0] ?? '') };
  return { ok: true, policy };
}

const has = (list: readonly string[] | undefined, value: string) => !list?.length || list.includes(value);

function resourceMatches({ namespaces, resources }: AuditRule, request: AuditedRequest): boolean {
  if (request.path !== undefined) return false;
  const { group = '', resource = '', subresource = '', namespace = '', name = '' } = request;
  if (!has(namespaces, namespace)) return false;
  if (!resources?.length) return true;
  const whole = subresource ? `${resource}/${subresource}` : resource;
  const patterns = ['*', whole, ...(subresource ? [`*/${subresource}`, `${resource}/*`] : [])];
  return resources.some(
    (one) =>
      (one.group ?? '') === group &&
      (!one.resources?.length || one.resources.some((pattern) => patterns.includes(pattern))) &&
      has(one.resourceNames, name),
  );
}

const pathMatches = (patterns: readonly string[], path: string) =>
  patterns.some((p) => p === '*' || p === path || (p.endsWith('*') && path.startsWith(p.slice(0, -1))));

function matches(rule: AuditRule, request: AuditedRequest): boolean {
  const { user, verb, path } = request;
  if (!has(rule.users, user.username) || !has(rule.verbs, verb)) return false;
  if (rule.userGroups?.length && !rule.userGroups.some((group) => user.groups.includes(group))) return false;
  if (rule.namespaces?.length || rule.resources?.length) return resourceMatches(rule, request);
  return !rule.nonResourceURLs?.length || (path !== undefined && pathMatches(rule.nonResourceURLs, path));
}

/** What a policy has written of a request; nothing when no rule matches (upstream: audit/policy/checker.go). */
export function decide(policy: AuditPolicy, request: AuditedRequest): AuditDecision {
  const rule = policy.rules.find((one) => matches(one, request));
  return {
    level: rule?.level ?? 'None',
    omitStages: [...(policy.omitStages ?? []), ...(rule?.omitStages ?? [])],
    omitManagedFields: rule?.omitManagedFields ?? policy.omitManagedFields ?? false,
  };
}
