import type { GrantedRule } from '../plugin.ts';

/** The smallest rules that a rule is made of: one verb, one resource, one name. */
function atoms(rule: GrantedRule): GrantedRule[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  return [
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb): GrantedRule[] => {
          const atom = { verbs: [verb], apiGroups: [group], resources: [resource] };
          return resourceNames.length ? resourceNames.map((name) => ({ ...atom, resourceNames: [name] })) : [atom];
        }),
      ),
    ),
    ...nonResourceURLs.flatMap((url) => verbs.map((verb) => ({ verbs: [verb], nonResourceURLs: [url] }))),
  ];
}

const holds = (list: readonly string[] | undefined, value: string) =>
  list !== undefined && (list.includes('*') || list.includes(value));

function resourceCovered(list: readonly string[] | undefined, resource: string): boolean {
  const [, subresource] = resource.split('/');
  return holds(list, resource) || (subresource !== undefined && Boolean(list?.includes(`*/${subresource}`)));
}

const urlCovered = (list: readonly string[], url: string) =>
  list.some((own) => own === url || (own.endsWith('*') && url.startsWith(own.slice(0, -1))));

/** Whether `own` allows all that an atom does. */
function covers(own: GrantedRule, atom: GrantedRule): boolean {
  if (!atom.verbs.every((v) => holds(own.verbs, v))) return false;
  if (atom.nonResourceURLs) return atom.nonResourceURLs.every((url) => urlCovered(own.nonResourceURLs ?? [], url));
  const names = own.resourceNames ?? [];
  return (
    (atom.apiGroups ?? []).every((g) => holds(own.apiGroups, g)) &&
    (atom.resources ?? []).every((r) => resourceCovered(own.resources, r)) &&
    (!names.length || (atom.resourceNames?.every((n) => names.includes(n)) ?? false))
  );
}

/** The atoms of `wanted` that no rule of `own` covers. */
export function missingRules(own: readonly GrantedRule[], wanted: readonly GrantedRule[]): GrantedRule[] {
  return wanted.flatMap(atoms).filter((atom) => !own.some((rule) => covers(rule, atom)));
}

/** Rules for the same resource become one with all their verbs. */
function compact(rules: readonly GrantedRule[]): GrantedRule[] {
  const merged = new Map<string, { rule: GrantedRule; verbs: string[] }>();
  for (const rule of rules) {
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames, rule.nonResourceURLs && rule]);
    const same = merged.get(key);
    if (same) same.verbs.push(...rule.verbs);
    else merged.set(key, { rule, verbs: [...rule.verbs] });
  }
  return [...merged.values()].map(({ rule, verbs }) => ({ ...rule, verbs }));
}

const goList = (values: readonly string[]) => `[${values.map((v) => JSON.stringify(v)).join(' ')}]`;

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`, a line for each resource. */
export function showRules(rules: readonly GrantedRule[]): string {
  const lines = compact(rules).map((r) => {
    const parts: [string, readonly string[] | undefined][] = [
      ['APIGroups', r.apiGroups],
      ['Resources', r.resources],
      ['NonResourceURLs', r.nonResourceURLs],
      ['ResourceNames', r.resourceNames],
      ['Verbs', r.verbs],
    ];
    const shown = parts.flatMap(([name, values]) => (values?.length ? [`${name}:${goList(values)}`] : []));
    return `{${shown.join(', ')}}`;
  });
  return [...new Set(lines)].sort().join('\n');
}

/** How an escalation is refused; undefined when nothing is missing. */
export function escalation(
  user: { username: string; groups: readonly string[] },
  own: readonly GrantedRule[],
  wanted: readonly GrantedRule[],
): string | undefined {
  const missing = missingRules(own, wanted);
  if (!missing.length) return undefined;
  return `user ${JSON.stringify(user.username)} (groups=${goList(user.groups)}) is attempting to grant RBAC permissions not currently held:\n${showRules(missing)}`;
}
