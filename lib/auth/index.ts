/** Accounts, passwords and sessions. */
export type { Account, AuthService, SignUp } from './auth-service.ts';
