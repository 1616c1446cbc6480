'use client';

import { useState } from 'react';
import type { Domain, ExerciseSummary } from '../../../lib/exam/index.ts';
import { formatPercent } from '../../../lib/i18n/index.ts';
import { useLocale, useText } from '../../_components/locale-provider.tsx';
import styles from './home.module.css';
import { StartButton } from '../../_components/start-button.tsx';

export interface LabListProps {
  exercises: readonly ExerciseSummary[];
  /** Best score by slug, per cent. */
  best: Readonly<Record<string, number>>;
  /** Slugs of labs that are running. */
  open: readonly string[];
}

/** All labs by domain. */
export function LabList({ exercises, best, open }: LabListProps) {
  const t = useText();
  const locale = useLocale();
  const [timed, setTimed] = useState(false);
  const [wanted, setWanted] = useState<Domain>();
  const domains = (Object.keys(t.domains) as Domain[]).filter((d) => exercises.some((e) => e.domain === d));
  return (
    <>
      <div className={styles.sectionHead}>
        <h2 id="labs">{t.home.labs}</h2>
        <label className={styles.timed}>
          <input type="checkbox" checked={timed} onChange={(e) => setTimed(e.target.checked)} />
          {t.home.timed}
        </label>
      </div>
      <p className={`muted ${styles.lead}`} aria-live="polite">
        {timed ? t.home.timedHint : t.home.labsLead}
      </p>
      {exercises.length === 0 && <p className="empty">{t.home.noLabs}</p>}
      {domains.length > 1 && (
        <fieldset className={styles.filter} aria-label={t.home.filter}>
          <button type="button" aria-pressed={wanted === undefined} onClick={() => setWanted(undefined)}>
            {t.home.all}
          </button>
          {domains.map((d) => (
            <button key={d} type="button" aria-pressed={wanted === d} onClick={() => setWanted(d)}>
              {t.domains[d]}
            </button>
          ))}
        </fieldset>
      )}
      {domains
        .filter((d) => wanted === undefined || d === wanted)
        .map((d) => (
          <div key={d} className={styles.domain}>
            <h3>{t.domains[d]}</h3>
            <ul className={styles.labs}>
              {exercises
                .filter((e) => e.domain === d)
                .map((e) => (
                  <li key={e.slug}>
                    <div className={styles.labTitle}>
                      <span>{e.title[locale]}</span>
                      <Standing best={best[e.slug]} isOpen={open.includes(e.slug)} />
                    </div>
                    <span className="muted small number">
                      {t.units.minutes(e.minutes)} · {t.home.weight(e.weight)}
                    </span>
                    <StartButton
                      start={{ kind: 'lab', slug: e.slug, timed }}
                      label={open.includes(e.slug) ? t.home.continueLab : t.home.startLab}
                      name={e.title[locale]}
                      className="button small"
                    />
                  </li>
                ))}
            </ul>
          </div>
        ))}
    </>
  );
}

function Standing({ best, isOpen }: { best: number | undefined; isOpen: boolean }) {
  const t = useText();
  const locale = useLocale();
  if (isOpen) return <span className="badge warn">{t.home.running}</span>;
  if (best === undefined) return null;
  if (best === 100) return <span className="badge good">{t.home.solved}</span>;
  return <span className="badge">{t.home.best(formatPercent(locale, best))}</span>;
}
