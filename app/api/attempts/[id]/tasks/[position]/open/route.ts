import { exams } from '../../../../../../../lib/exam/index.ts';
import { respondTo } from '../../../../../respond.ts';

type Context = { params: Promise<{ id: string; position: string }> };

/** Makes the task's cluster ready; answers with its hosts. */
export const POST = (request: Request, { params }: Context): Promise<Response> =>
  respondTo(request, async (account) => {
    const { id, position } = await params;
    return exams().open(account, id, Number(position));
  });
