import { z } from 'zod';
import { exams } from '../../../../lib/exam/index.ts';
import { readBody, respondTo } from '../../respond.ts';

type Context = { params: Promise<{ id: string }> };

export const GET = (request: Request, { params }: Context): Promise<Response> =>
  respondTo(request, async (account) => exams().attempt(account, (await params).id));

/** Saves the notepad. */
export const PATCH = (request: Request, { params }: Context): Promise<Response> =>
  respondTo(request, async (account) => {
    const { notes } = await readBody(request, z.object({ notes: z.string() }));
    await exams().setNotes(account, (await params).id, notes);
  });
