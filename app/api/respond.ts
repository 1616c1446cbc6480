import type { z } from 'zod';
import { requireAccount } from '../../lib/auth/index.ts';
import type { Account } from '../../lib/auth/index.ts';
import { AppError, appErrorOf, notAllowed } from '../../lib/errors.ts';

/** The JSON form of a refusal: `{code, shown: {en, ko}, field?}`. */
function refusal(err: AppError): Response {
  const { code, shown, field, status } = err;
  return Response.json({ code, shown, field }, { status });
}

/** Answers with what `work` returns, as JSON; refusals become their status and text, other errors Next's own 500. */
export async function respond(request: Request, work: () => Promise<unknown>): Promise<Response> {
  try {
    if (request.headers.get('sec-fetch-site') === 'cross-site') throw notAllowed();
    return Response.json((await work()) ?? {});
  } catch (err) {
    const known = appErrorOf(err);
    if (known) return refusal(known);
    throw err;
  }
}

/** As `respond`, for somebody who is signed in. */
export function respondTo(request: Request, work: (account: Account) => Promise<unknown>): Promise<Response> {
  return respond(request, async () => work(await requireAccount()));
}

/** The body in the form of `schema`, or a refusal. */
export async function readBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(await request.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  throw new AppError(
    'invalid',
    { en: 'This request is malformed.', ko: '요청 형식이 올바르지 않습니다.' },
    { message: parsed.error.message },
  );
}
