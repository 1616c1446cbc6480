/** Label selectors: the query form (`a=b,c in (d,e),!f`) and the object form (`matchLabels`, `matchExpressions`). */
export type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';

export interface Requirement {
  key: string;
  operator: Operator;
  values: readonly string[];
}

export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

export type Labels = Readonly<Record<string, string>>;

function matchesRequirement({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && /^-?\d+$/.test(value) && BigInt(value) > BigInt(values[0] ?? 0);
    case 'Lt':
      return value !== undefined && /^-?\d+$/.test(value) && BigInt(value) < BigInt(values[0] ?? 0);
  }
}

/** Whether labels meet every requirement; an empty list is met by all. */
export function matchesRequirements(requirements: readonly Requirement[], labels: Labels | undefined): boolean {
  return requirements.every((r) => matchesRequirement(r, labels ?? {}));
}

/** The requirements of an object-form selector. */
export function selectorRequirements(selector: LabelSelector): Requirement[] {
  return [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, v]): Requirement => ({
      key,
      operator: 'In',
      values: [v],
    })),
    ...(selector.matchExpressions ?? []).map((e): Requirement => ({
      key: e.key,
      operator: e.operator as Operator,
      values: e.values ?? [],
    })),
  ];
}

/** Whether an object-form selector selects labels. An absent selector selects nothing, an empty one everything. */
export function selects(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  return selector !== undefined && matchesRequirements(selectorRequirements(selector), labels);
}

/** Whether a plain map (a Service's selector) selects labels. An empty map selects nothing. */
export function selectsByMap(map: Labels | undefined, labels: Labels | undefined): boolean {
  const entries = Object.entries(map ?? {});
  return entries.length > 0 && entries.every(([k, v]) => labels?.[k] === v);
}

function formatExpression({ key, operator, values = [] }: { key: string; operator: string; values?: string[] }) {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator.toLowerCase()} (${[...values].sort().join(',')})`;
}

/**
 * An object-form selector as a query: matchLabels with `=`, expressions in words (`a=b,c in (d),e notin (f),!g`), sorted
 * by key.
 */
export function formatSelector({ matchLabels, matchExpressions }: LabelSelector): string {
  return [
    ...Object.entries(matchLabels ?? {}).map(([key, value]) => ({ key, text: `${key}=${value}` })),
    ...(matchExpressions ?? []).map((e) => ({ key: e.key, text: formatExpression(e) })),
  ]
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ text }) => text)
    .join(',');
}
