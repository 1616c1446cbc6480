import { deepEqual } from '../../kit/deep.ts';
import type { OwnerReference } from '../machinery/object.ts';
import type { Call } from './core.ts';
import type { StoredObject } from './strategy.ts';

const ADVICE =
  'API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; ' +
  'duplicate UID(s) observed:';

/** Leaves of equal owner references the first, and warns of the others. `admitted`: after admission, as patches are read. */
export function dropRepeatedOwners(call: Call, draft: StoredObject, admitted: boolean): void {
  const { ownerReferences } = draft.metadata;
  if (!ownerReferences || ownerReferences.length < 2) return;
  const kept: OwnerReference[] = [];
  const repeated: string[] = [];
  for (const owner of ownerReferences) {
    if (kept.some((other) => deepEqual(other, owner))) repeated.push(owner.uid);
    else kept.push(owner);
  }
  if (repeated.length === 0) return;
  const when = admitted ? ' after mutating admission happens' : '';
  call.warn(`.metadata.ownerReferences contains duplicate entries${when}; ${ADVICE} ${repeated.join(', ')}`);
  draft.metadata = { ...draft.metadata, ownerReferences: kept };
}
