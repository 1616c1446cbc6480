import NextAuth from 'next-auth';
import { authOptions } from '../../../../lib/auth/index.ts';

const handler = (request: Request, context: unknown): Promise<Response> =>
  (NextAuth as (...args: unknown[]) => Promise<Response>)(request, context, authOptions());

export { handler as GET, handler as POST };
