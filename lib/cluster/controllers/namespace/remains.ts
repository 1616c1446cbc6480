/** What is left of a namespace that is being deleted. */
export interface Remains {
  /** Resource → how many objects are left. */
  counts: Map<string, number>;
  finalizers: Map<string, number>;
  failures: string[];
  /** Group versions of which nothing is known: their extension server does not answer. */
  unheard: readonly string[];
}

export interface RemainsCondition {
  type: string;
  status: 'True' | 'False';
  reason: string;
  message: string;
}

export const isEmpty = ({ counts, failures, unheard }: Remains): boolean =>
  counts.size === 0 && failures.length === 0 && unheard.length === 0;

const each = (map: Map<string, number>, word: string) =>
  [...map]
    .sort()
    .map(([what, n]) => `${what} ${word} ${n} resource instances`)
    .join(', ');

/** The same as client-go's discovery error. */
const showUnheard = (unheard: readonly string[]) =>
  `Discovery failed for some groups, ${unheard.length} failing: unable to retrieve the complete list of server APIs: ${unheard
    .map((gv) => `${gv}: stale GroupVersion discovery: ${gv}`)
    .join(', ')}`;

/** A condition of each type, in upstream's order: what is the case, or `otherwise` what is fine. */
export function conditionsOf({ counts, finalizers, failures, unheard }: Remains): RemainsCondition[] {
  const one = (
    type: string,
    isSo: boolean,
    [reason, message]: readonly [string, string],
    otherwise: readonly [string, string],
  ): RemainsCondition =>
    isSo
      ? { type, status: 'True', reason, message }
      : { type, status: 'False', reason: otherwise[0], message: otherwise[1] };
  return [
    one(
      'NamespaceDeletionDiscoveryFailure',
      unheard.length > 0,
      ['DiscoveryFailed', showUnheard(unheard)],
      ['ResourcesDiscovered', 'All resources successfully discovered'],
    ),
    one(
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      ['', ''],
      ['ParsedGroupVersions', 'All legacy kube types successfully parsed'],
    ),
    one(
      'NamespaceDeletionContentFailure',
      failures.length > 0,
      [
        'ContentDeletionFailed',
        `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(', ')}`,
      ],
      ['ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
    ),
    one(
      'NamespaceContentRemaining',
      counts.size > 0,
      ['SomeResourcesRemain', `Some resources are remaining: ${each(counts, 'has')}`],
      ['ContentRemoved', 'All content successfully removed'],
    ),
    one(
      'NamespaceFinalizersRemaining',
      finalizers.size > 0,
      ['SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${each(finalizers, 'in')}`],
      ['ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
    ),
  ];
}
