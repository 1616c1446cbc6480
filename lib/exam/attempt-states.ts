import type { Database } from '../db/index.ts';

/** The only state from which each may be entered: an attempt moves forward, one step at a time, never back. */
const BEFORE = { RUNNING: 'CREATED', SUBMITTED: 'RUNNING', GRADED: 'SUBMITTED' } as const;

type Changes = Pick<
  NonNullable<Parameters<Database['attempt']['updateMany']>[0]['data']>,
  'startedAt' | 'endsAt' | 'submittedAt' | 'submittedBy' | 'gradedAt' | 'score'
>;

/**
 * Moves an attempt one step forward and writes what belongs to the step, in one statement. False when it was not in the
 * state before: somebody else has moved it already, and nothing was written.
 */
export async function advance(db: Database, id: string, to: keyof typeof BEFORE, changes: Changes): Promise<boolean> {
  const { count } = await db.attempt.updateMany({
    where: { id, status: BEFORE[to] },
    data: { ...changes, status: to },
  });
  return count === 1;
}
