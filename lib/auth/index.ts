/** Accounts, passwords and sessions. */
export type { Account, AuthService, SignUp } from './auth-service.ts';
export { createAuthService } from './accounts.ts';
export { sessionSecret } from './secret.ts';
export {
  ADDRESS_HEADER,
  accountOfRequest,
  auth,
  authOptions,
  currentAccount,
  requireAccount,
  requireInstructor,
} from './session.ts';
