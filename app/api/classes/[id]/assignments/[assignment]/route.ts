import { classrooms } from '../../../../../../lib/classroom/index.ts';
import { respondTo } from '../../../../respond.ts';

type Context = { params: Promise<{ id: string; assignment: string }> };

export const DELETE = (request: Request, { params }: Context): Promise<Response> =>
  respondTo(request, async (account) => {
    const { id, assignment } = await params;
    await classrooms().withdraw(account, id, assignment);
  });
