/** Signal numbers of Linux. */
export const SIGNALS = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ABRT: 6,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  WINCH: 28,
} as const;

export type SignalName = keyof typeof SIGNALS;

/** `TERM`, `SIGTERM`, `term` or `15`; undefined for anything else. 0 is 'EXIT' for trap alone. */
export function signalName(text: string): SignalName | undefined {
  const bare = text.toUpperCase().replace(/^SIG/, '');
  const byName = (Object.keys(SIGNALS) as SignalName[]).find((name) => name === bare);
  return byName ?? (Object.keys(SIGNALS) as SignalName[]).find((name) => String(SIGNALS[name]) === text);
}

/** Signals that do nothing unless a process asks for them. */
export const IGNORED_BY_DEFAULT: ReadonlySet<SignalName> = new Set<SignalName>(['CHLD', 'CONT', 'WINCH', 'STOP']);
