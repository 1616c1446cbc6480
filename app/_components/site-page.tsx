import Link from 'next/link';
import type { ReactNode } from 'react';
import { currentAccount } from '../../lib/auth/index.ts';
import { Brand } from './brand.tsx';
import { LanguageSwitch } from './language-switch.tsx';
import { NavLink } from './nav-link.tsx';
import { requestLocale } from './request-locale.ts';
import { SignOutButton } from './sign-out-button.tsx';
import styles from './site-page.module.css';

/** Every page outside of the exam room: header, content, footer. */
export async function SitePage({ children }: { children: ReactNode }) {
  const { t } = await requestLocale();
  const account = await currentAccount();
  return (
    <div className={styles.page}>
      <a className={styles.skip} href="#content">
        {t.nav.skip}
      </a>
      <header className={styles.header}>
        <div className={styles.bar}>
          <Link className={styles.home} href={account ? '/home' : '/'}>
            <Brand />
          </Link>
          {account && (
            <nav className={styles.nav} aria-label={t.nav.main}>
              <NavLink href="/home">{t.nav.home}</NavLink>
              <NavLink href="/history">{t.nav.history}</NavLink>
              {account.role === 'instructor' && <NavLink href="/learners">{t.nav.learners}</NavLink>}
            </nav>
          )}
          <div className={styles.side}>
            <LanguageSwitch />
            {account ? (
              <SignOutButton />
            ) : (
              <Link className="button small quiet" href="/sign-in">
                {t.nav.signIn}
              </Link>
            )}
          </div>
        </div>
      </header>
      <main id="content" className={styles.main} tabIndex={-1}>
        {children}
      </main>
      <footer className={styles.footer}>
        <p>{t.product.disclaimer}</p>
      </footer>
    </div>
  );
}
