import { exams } from '../../../../../../../lib/exam/index.ts';
import { respondTo } from '../../../../../respond.ts';

type Context = { params: Promise<{ id: string; position: string }> };

export const GET = (request: Request, { params }: Context): Promise<Response> =>
  respondTo(request, async (account) => {
    const { id, position } = await params;
    return exams().solution(account, id, Number(position));
  });
