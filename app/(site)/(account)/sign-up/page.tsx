import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { auth, currentAccount } from '../../../../lib/auth/index.ts';
import { requestLocale } from '../../../_components/request-locale.ts';
import { SignUpForm } from './sign-up-form.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await requestLocale()).t.account.signUpTitle };
}

export default async function SignUpPage() {
  if (await currentAccount()) redirect('/home');
  return <SignUpForm isFirst={await auth().isFresh()} />;
}
