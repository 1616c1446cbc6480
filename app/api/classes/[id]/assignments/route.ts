import { z } from 'zod';
import { classrooms } from '../../../../../lib/classroom/index.ts';
import { readBody, respondTo } from '../../../respond.ts';

type Context = { params: Promise<{ id: string }> };

const form = z.object({
  kind: z.enum(['exam', 'lab']),
  slug: z.string(),
  dueAt: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .optional(),
});

/** Sets an exam or exercise to a class, or moves the date that it is due. */
export const POST = (request: Request, { params }: Context): Promise<Response> =>
  respondTo(request, async (account) => classrooms().assign(account, (await params).id, await readBody(request, form)));
