import { z } from 'zod';
import { exams } from '../../../lib/exam/index.ts';
import { readBody, respondTo } from '../respond.ts';

const form = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exam'), slug: z.string() }),
  z.object({ kind: z.literal('lab'), slug: z.string(), timed: z.boolean().default(false) }),
]);

/** A new exam (not yet started) or lab (running). */
export const POST = (request: Request): Promise<Response> =>
  respondTo(request, async (account) => {
    const wanted = await readBody(request, form);
    if (wanted.kind === 'exam') return exams().createExam(account, wanted.slug);
    return exams().startLab(account, wanted.slug, { timed: wanted.timed });
  });
