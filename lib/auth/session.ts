import type { IncomingMessage } from 'node:http';
import type { NextAuthOptions } from 'next-auth';
import { getServerSession } from 'next-auth/next';
import { getToken } from 'next-auth/jwt';
import credentials from 'next-auth/providers/credentials';
import { appErrorOf, notAllowed, notSignedIn } from '../errors.ts';
import { shared } from '../kit/shared.ts';
import type { Account, AuthService } from './auth-service.ts';

/** Set by the server on every request from the socket's own address; what a client sends under this name is dropped. */
export const ADDRESS_HEADER = 'x-drydock-address';

export const auth = (): AuthService => shared<AuthService>('auth');
const secret = (): string => shared<string>('session-secret');

/**
 * Whether `next-auth` uses `__Secure-` cookies follows from the protocol of the request (the proxy's
 * `x-forwarded-proto`, which the server sets to http where no proxy did), so that one build serves http://localhost and https.
 */
export const authOptions = (): NextAuthOptions => ({
  secret: secret(),
  session: { strategy: 'jwt', maxAge: 7 * 24 * 60 * 60 },
  pages: { signIn: '/sign-in', error: '/sign-in' },
  providers: [
    credentials({
      credentials: { email: { type: 'email' }, password: { type: 'password' } },
      async authorize(typed, request) {
        const from: unknown = request.headers?.[ADDRESS_HEADER];
        try {
          const account = await auth().signIn(typed?.email ?? '', typed?.password ?? '', String(from));
          return account ? { id: account.id, name: account.name, email: account.email } : null;
        } catch (err) {
          // next-auth hands the message to the page as its `error`: a code, which the page words in its language.
          throw new Error(appErrorOf(err)?.code ?? 'unavailable', { cause: err });
        }
      },
    }),
  ],
  callbacks: {
    session: ({ session, token }) => ({ ...session, user: { ...session.user, id: token.sub } }),
  },
});

/** Who is signed in, in a page or a route. Read from the database: a role changes at once. */
export async function currentAccount(): Promise<Account | undefined> {
  const session = await getServerSession(authOptions());
  const id = (session?.user as { id?: string } | undefined)?.id;
  return id ? auth().account(id) : undefined;
}

/** As `currentAccount`, but rejects with `not-signed-in`. */
export async function requireAccount(): Promise<Account> {
  const account = await currentAccount();
  if (!account) throw notSignedIn();
  return account;
}

export async function requireInstructor(): Promise<Account> {
  const account = await requireAccount();
  if (account.role !== 'instructor') throw notAllowed();
  return account;
}

/** Who is signed in, by the cookies of a bare request (a WebSocket's, which Next never sees). */
export async function accountOfRequest(request: IncomingMessage): Promise<Account | undefined> {
  const cookies = Object.fromEntries(
    (request.headers.cookie ?? '')
      .split(/;\s*/)
      .map((pair) => pair.split('='))
      .map(([name = '', ...value]) => [name, decodeURIComponent(value.join('='))]),
  );
  const secureCookie = request.headers['x-forwarded-proto'] === 'https';
  const req = { headers: request.headers, cookies } as unknown as Parameters<typeof getToken>[0]['req'];
  const token = await getToken({ req, secret: secret(), secureCookie });
  return token?.sub ? auth().account(token.sub) : undefined;
}
