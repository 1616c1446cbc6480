import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { currentAccount } from '../../../../lib/auth/index.ts';
import { requestLocale } from '../../../_components/request-locale.ts';
import { safeNext } from '../safe-next.ts';
import { SignInForm } from './sign-in-form.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await requestLocale()).t.account.signInTitle };
}

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const next = safeNext((await searchParams).next);
  if (await currentAccount()) redirect(next);
  return <SignInForm next={next} />;
}
