import Link from 'next/link';
import { currentAccount } from '../../lib/auth/index.ts';
import { requestLocale } from '../_components/request-locale.ts';
import styles from './landing.module.css';

export default async function LandingPage() {
  const { t } = await requestLocale();
  const account = await currentAccount();
  return (
    <>
      <section className={styles.hero}>
        <div>
          <h1 className={styles.title}>{t.landing.title}</h1>
          <p className={styles.lead}>{t.landing.lead}</p>
          <p className={styles.actions}>
            {account ? (
              <Link className="button primary large" href="/home">
                {t.landing.toHome}
              </Link>
            ) : (
              <>
                <Link className="button primary large" href="/sign-up">
                  {t.landing.start}
                </Link>
                <Link className="button large" href="/sign-in">
                  {t.landing.signIn}
                </Link>
              </>
            )}
          </p>
        </div>
        <figure className={styles.sample} aria-label={t.landing.sampleTitle}>
          <div className={styles.sampleBar}>
            <span>{t.landing.sampleTask}</span>
            <span className="number">1:24:07</span>
          </div>
          <div className={styles.sampleTask}>
            {t.landing.sampleText} <code>parcel-desk</code>
          </div>
          <pre className={styles.sampleTerminal}>
            <span>candidate@base:~$</span> ssh controlplane{'\n'}
            <span>candidate@controlplane:~$</span> k get deploy -n mail{'\n'}
            {'NAME   READY   UP-TO-DATE   AVAILABLE   AGE\n'}
            {'desk   3/3     3            3           12m\n'}
            <span>candidate@controlplane:~$</span> <b />
          </pre>
        </figure>
      </section>
      <ul className={styles.features}>
        {t.landing.features.map(({ title, text }) => (
          <li key={title}>
            <h2>{title}</h2>
            <p>{text}</p>
          </li>
        ))}
      </ul>
    </>
  );
}
