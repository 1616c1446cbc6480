import { missing } from '../../../../../lib/errors.ts';
import { exams } from '../../../../../lib/exam/index.ts';
import { respondTo } from '../../../respond.ts';

type Context = { params: Promise<{ id: string; action: string }> };

/** `start`, `submit`; of a lab also `grade`, `reset`. */
export const POST = (request: Request, { params }: Context): Promise<Response> =>
  respondTo(request, async (account) => {
    const { id, action } = await params;
    switch (action) {
      case 'start':
        return exams().start(account, id);
      case 'submit':
        return exams().submit(account, id);
      case 'grade':
        return exams().gradeLab(account, id);
      case 'reset':
        return exams().resetLab(account, id);
      default:
        throw missing({ en: 'This action', ko: '요청한 작업' });
    }
  });
