'use client';

import { signOut } from 'next-auth/react';
import { useText } from './locale-provider.tsx';

export function SignOutButton() {
  const t = useText();
  return (
    <button type="button" className="button small quiet" onClick={() => void signOut({ callbackUrl: '/' })}>
      {t.nav.signOut}
    </button>
  );
}
