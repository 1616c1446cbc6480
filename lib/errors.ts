import type { Bilingual } from './kit/bilingual.ts';

/** Why a request of a user was refused. Closed: a page may switch over it. */
export type ErrorCode =
  'not-found' | 'not-allowed' | 'not-signed-in' | 'invalid' | 'wrong-state' | 'too-many-attempts' | 'unavailable';

const HTTP_STATUS: Record<ErrorCode, number> = {
  'not-found': 404,
  'not-allowed': 403,
  'not-signed-in': 401,
  invalid: 422,
  'wrong-state': 409,
  'too-many-attempts': 429,
  unavailable: 503,
};

/**
 * A refusal that a user may see. `message` is for the log, `shown` for the user, `field` names the form field at fault.
 * Modules are loaded more than once beside Next: ask `appErrorOf(err)`, never `instanceof`.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly shown: Bilingual;
  readonly field: string | undefined;

  constructor(code: ErrorCode, shown: Bilingual, detail: { message?: string; field?: string } = {}) {
    super(detail.message ?? shown.en);
    this.name = 'AppError';
    this.code = code;
    this.status = HTTP_STATUS[code];
    this.shown = shown;
    this.field = detail.field;
  }
}

/** The AppError that `err` is, whichever copy of this module made it. */
export function appErrorOf(err: unknown): AppError | undefined {
  const e = err as Partial<AppError> | null;
  return e?.name === 'AppError' && typeof e.code === 'string' && e.shown ? (e as AppError) : undefined;
}

export const missing = (what: Bilingual): AppError =>
  new AppError('not-found', { en: `${what.en} does not exist.`, ko: `${what.ko}을(를) 찾을 수 없습니다.` });

export const notAllowed = (): AppError =>
  new AppError('not-allowed', { en: 'You may not do this.', ko: '이 작업을 할 권한이 없습니다.' });

export const notSignedIn = (): AppError =>
  new AppError('not-signed-in', { en: 'Please sign in.', ko: '로그인해 주세요.' });

export const invalidField = (field: string, shown: Bilingual): AppError => new AppError('invalid', shown, { field });

export const wrongState = (shown: Bilingual): AppError => new AppError('wrong-state', shown);

export const tooManyAttempts = (minutes: number): AppError =>
  new AppError('too-many-attempts', {
    en: `Too many attempts. Try again in ${minutes} minute${minutes === 1 ? '' : 's'}.`,
    ko: `시도 횟수가 너무 많습니다. ${minutes}분 뒤에 다시 시도하세요.`,
  });

/** `message` says to the operator what failed; the user is only told to try again. */
export const unavailable = (message: string): AppError =>
  new AppError(
    'unavailable',
    {
      en: 'This is not available right now. Please try again.',
      ko: '지금은 사용할 수 없습니다. 잠시 후 다시 시도하세요.',
    },
    { message },
  );
