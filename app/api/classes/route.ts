import { z } from 'zod';
import { classrooms } from '../../../lib/classroom/index.ts';
import { readBody, respondTo } from '../respond.ts';

/** A new class of an instructor. */
export const POST = (request: Request): Promise<Response> =>
  respondTo(request, async (account) => {
    const { name } = await readBody(request, z.object({ name: z.string() }));
    return classrooms().create(account, name);
  });
