import { z } from 'zod';
import { auth, requireInstructor } from '../../../../lib/auth/index.ts';
import { readBody, respond } from '../../respond.ts';

type Context = { params: Promise<{ id: string }> };

/** Makes somebody an instructor or a learner. */
export const PATCH = (request: Request, { params }: Context): Promise<Response> =>
  respond(request, async () => {
    await requireInstructor();
    const { role } = await readBody(request, z.object({ role: z.enum(['instructor', 'learner']) }));
    await auth().setRole((await params).id, role);
  });
