import { classrooms } from '../../../../../../lib/classroom/index.ts';
import { respondTo } from '../../../../respond.ts';

type Context = { params: Promise<{ id: string; user: string }> };

export const DELETE = (request: Request, { params }: Context): Promise<Response> =>
  respondTo(request, async (account) => {
    const { id, user } = await params;
    await classrooms().leave(account, id, user);
  });
