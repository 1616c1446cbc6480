import { invalidField } from '../errors.ts';
import type { AppError } from '../errors.ts';
import type { SignUp } from './auth-service.ts';

const NAME_MAX = 80;
const EMAIL_MAX = 254;
const PASSWORD_MIN = 10;
/** Long enough for any pass phrase, short enough that hashing it costs nothing more. */
const PASSWORD_MAX = 200;

/** Trimmed, and the address in lower case; or what is wrong with the first field at fault. */
export function readSignUp(form: SignUp): { ok: true; form: SignUp } | { ok: false; error: AppError } {
  const name = form.name.trim().normalize('NFC');
  const email = form.email.trim().toLowerCase();
  const { password } = form;
  const wrong = (field: keyof SignUp, en: string, ko: string) =>
    ({ ok: false, error: invalidField(field, { en, ko }) }) as const;

  if (!name) return wrong('name', 'Enter your name.', '이름을 입력하세요.');
  if (name.length > NAME_MAX)
    return wrong('name', `A name has at most ${NAME_MAX} characters.`, `이름은 ${NAME_MAX}자까지 쓸 수 있습니다.`);
  if (!email) return wrong('email', 'Enter your e-mail address.', '이메일 주소를 입력하세요.');
  if (email.length > EMAIL_MAX || !/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)*$/.test(email))
    return wrong('email', 'This is not an e-mail address.', '이메일 주소 형식이 아닙니다.');
  if (password.length < PASSWORD_MIN)
    return wrong(
      'password',
      `A password needs at least ${PASSWORD_MIN} characters.`,
      `비밀번호는 ${PASSWORD_MIN}자 이상이어야 합니다.`,
    );
  if (password.length > PASSWORD_MAX)
    return wrong(
      'password',
      `A password has at most ${PASSWORD_MAX} characters.`,
      `비밀번호는 ${PASSWORD_MAX}자까지 쓸 수 있습니다.`,
    );
  if ([name.toLowerCase(), email].includes(password.toLowerCase()) || new Set(password).size < 4)
    return wrong('password', 'This password is too easy to guess.', '너무 추측하기 쉬운 비밀번호입니다.');
  return { ok: true, form: { name, email, password } };
}
