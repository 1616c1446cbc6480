import Link from 'next/link';
import { DOMAINS } from '../../../../lib/exam/index.ts';
import type { AttemptView, TaskView } from '../../../../lib/exam/index.ts';
import { clockFace, dictionary, formatPercent, formatPoints } from '../../../../lib/i18n/index.ts';
import type { Locale } from '../../../../lib/i18n/index.ts';
import { CheckList } from '../../../_components/check-list.tsx';
import { StartButton } from '../../../_components/start-button.tsx';
import { When } from '../../../_components/when.tsx';
import styles from './result-page.module.css';

interface Parts {
  attempt: AttemptView;
  locale: Locale;
}

/** The weighted share won of those tasks that could be graded, per cent. */
function share(tasks: readonly TaskView[]): number {
  const whole = tasks.reduce((sum, { exercise }) => sum + exercise.weight, 0);
  const won = tasks.reduce(
    (sum, { exercise, result }) => sum + (result?.points ? (exercise.weight * result.earned) / result.points : 0),
    0,
  );
  return whole === 0 ? 0 : (won / whole) * 100;
}

export function ResultPage({ attempt, locale }: Parts) {
  const t = dictionary(locale);
  return (
    <>
      <p className="muted small">{t.result.title}</p>
      <h1>{attempt.title[locale]}</h1>
      <Verdict attempt={attempt} locale={locale} />
      {attempt.tasks.length > 1 && <ByDomain attempt={attempt} locale={locale} />}
      <section className={styles.section} aria-labelledby="tasks">
        <h2 id="tasks">{t.result.tasks}</h2>
        <div className={styles.tasks}>
          {attempt.tasks.map((task) => (
            <Task
              key={task.position}
              task={task}
              attempt={attempt.id}
              locale={locale}
              isOpen={attempt.tasks.length === 1}
            />
          ))}
        </div>
      </section>
      <p className={styles.next}>
        <StartButton
          start={
            attempt.kind === 'exam'
              ? { kind: 'exam', slug: attempt.slug }
              : { kind: 'lab', slug: attempt.slug, timed: attempt.minutes !== undefined }
          }
          label={t.result.again}
          name={attempt.title[locale]}
          className="button primary"
        />
        <Link className="button" href="/home">
          {t.failure.toHome}
        </Link>
      </p>
    </>
  );
}

function Verdict({ attempt, locale }: Parts) {
  const t = dictionary(locale);
  const { score = 0, passed = false, passMark, startedAt, submittedAt, submittedBy } = attempt;
  const seconds =
    startedAt && submittedAt ? Math.round((submittedAt.getTime() - startedAt.getTime()) / 1000) : undefined;
  return (
    <section className={`card ${styles.verdict}`} data-passed={passed}>
      <div>
        <p className={styles.score}>
          <span className="hidden">{t.result.score}: </span>
          {formatPercent(locale, score)}
        </p>
        <p className={styles.word}>{passed ? t.result.passed : t.result.failed}</p>
      </div>
      <div className={styles.details}>
        <div className={styles.gauge} aria-hidden="true">
          <span style={{ width: `${score}%` }} />
          <i style={{ left: `${passMark}%` }} />
        </div>
        <p>{t.result.needed(formatPercent(locale, passMark))}</p>
        <p className="muted small">
          {submittedBy && t.result.by[submittedBy]}
          {submittedAt && (
            <>
              {' · '}
              <When date={submittedAt} />
            </>
          )}
          {seconds !== undefined && ` · ${t.result.took} ${clockFace(seconds)}`}
        </p>
      </div>
    </section>
  );
}

function ByDomain({ attempt, locale }: Parts) {
  const t = dictionary(locale);
  const rows = DOMAINS.map((domain) => ({
    domain,
    tasks: attempt.tasks.filter((task) => task.exercise.domain === domain && task.result),
  })).filter(({ tasks }) => tasks.length > 0);
  return (
    <section className={styles.section} aria-labelledby="domains">
      <h2 id="domains">{t.result.byDomain}</h2>
      <ul className={styles.domains}>
        {rows.map(({ domain, tasks }) => (
          <li key={domain}>
            <span>{t.domains[domain]}</span>
            <span className="muted small">{t.units.tasks(tasks.length)}</span>
            <strong className="number">{formatPercent(locale, Math.round(share(tasks)))}</strong>
            <span className={styles.track} aria-hidden="true">
              <span style={{ width: `${share(tasks)}%` }} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface TaskProps {
  task: TaskView;
  attempt: string;
  locale: Locale;
  isOpen: boolean;
}

function Task({ task: { position, exercise, percent, result }, attempt, locale, isOpen }: TaskProps) {
  const t = dictionary(locale);
  const tone = !result || result.earned === 0 ? 'bad' : result.earned === result.points ? 'good' : 'warn';
  const points = result && t.units.points(formatPoints(locale, result.earned), formatPoints(locale, result.points));
  return (
    <details className={styles.task} open={isOpen}>
      <summary>
        <span className={`number ${styles.position}`}>{position}</span>
        <span className={styles.name}>
          {exercise.title[locale]}
          <span className="muted small">
            {t.domains[exercise.domain]} · {t.result.ofWeight(formatPercent(locale, percent))}
          </span>
        </span>
        <span className={`badge number ${tone}`}>{points ?? '–'}</span>
      </summary>
      <div className={styles.body}>
        {result ? <CheckList checks={result.checks} /> : <p className="muted">{t.result.notGraded}</p>}
        <p>
          <Link href={`/attempts/${attempt}/tasks/${position}/solution`}>
            {t.result.solution}
            <span className="hidden">: {exercise.title[locale]}</span>
          </Link>
        </p>
      </div>
    </details>
  );
}
