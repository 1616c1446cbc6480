import { systemClock } from './kit/clock.ts';

/** One line on stderr for the operator: time, what happened, and facts as JSON. Never holds secrets or learners' texts. */
export function log(event: string, facts: Readonly<Record<string, unknown>> = {}): void {
  const shown = Object.keys(facts).length ? ` ${JSON.stringify(facts, errorsAsText)}` : '';
  process.stderr.write(`${new Date(systemClock.now()).toISOString()} ${event}${shown}\n`);
}

const errorsAsText = (_key: string, value: unknown): unknown =>
  value instanceof Error ? (value.stack ?? value.message) : value;
