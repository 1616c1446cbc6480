import { z } from 'zod';
import { classrooms } from '../../../../lib/classroom/index.ts';
import { readBody, respondTo } from '../../respond.ts';

export const POST = (request: Request): Promise<Response> =>
  respondTo(request, async (account) => {
    const { code } = await readBody(request, z.object({ code: z.string() }));
    return classrooms().join(account, code);
  });
