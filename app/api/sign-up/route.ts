import { z } from 'zod';
import { ADDRESS_HEADER, auth } from '../../../lib/auth/index.ts';
import { readBody, respond } from '../respond.ts';

const form = z.object({ name: z.string(), email: z.string(), password: z.string() });

export const POST = (request: Request): Promise<Response> =>
  respond(request, async () => {
    const { id } = await auth().signUp(await readBody(request, form), request.headers.get(ADDRESS_HEADER) ?? '');
    return { id };
  });
