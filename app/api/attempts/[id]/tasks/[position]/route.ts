import { z } from 'zod';
import { exams } from '../../../../../../lib/exam/index.ts';
import { readBody, respondTo } from '../../../../respond.ts';

type Context = { params: Promise<{ id: string; position: string }> };

/** Sets or clears the flag. */
export const PATCH = (request: Request, { params }: Context): Promise<Response> =>
  respondTo(request, async (account) => {
    const { id, position } = await params;
    const { flagged } = await readBody(request, z.object({ flagged: z.boolean() }));
    await exams().setFlag(account, id, Number(position), flagged);
  });
