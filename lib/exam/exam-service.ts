import type { TaskSpec } from '../fleet/index.ts';
import type { Bilingual } from '../kit/bilingual.ts';

export const DOMAINS = ['troubleshooting', 'architecture', 'networking', 'workloads', 'storage'] as const;
/** The curriculum's domains. */
export type Domain = (typeof DOMAINS)[number];

export interface ExerciseSummary {
  slug: string;
  title: Bilingual;
  domain: Domain;
  /** Relative weight inside an exam. */
  weight: number;
  /** Suggested time. */
  minutes: number;
  /** The host the task is worked on, reached from `base` by ssh. */
  host: string;
}

export interface ExamSummary {
  slug: string;
  title: Bilingual;
  minutes: number;
  /** Per cent. */
  passMark: number;
  tasks: ExerciseSummary[];
}

/** What one check found. Points are whole or half; `earned` is 0 or `points`. */
export interface CheckResult {
  id: string;
  points: number;
  earned: number;
  /** What is asked, in one sentence. */
  what: Bilingual;
  /** Why the points were won or lost. */
  why: Bilingual;
  /** What the check wanted and what it saw, as Kubernetes prints it; empty where `why` says it all. */
  expected: string;
  found: string;
}

export type AttemptKind = 'exam' | 'lab';
/** Forward only: created → running → submitted → graded. */
export type AttemptStatus = 'created' | 'running' | 'submitted' | 'graded';

export interface TaskView {
  /** From 1. */
  position: number;
  exercise: ExerciseSummary;
  /** Per cent of the attempt's whole. */
  percent: number;
  /** Markdown; absent before the attempt is started. */
  text?: Bilingual;
  flagged: boolean;
  /** Present once graded (an exam's only when the whole is graded). */
  result?: TaskResult;
}

export interface TaskResult {
  earned: number;
  points: number;
  gradedAt: Date;
  checks: CheckResult[];
}

export interface AttemptSummary {
  id: string;
  userId: string;
  kind: AttemptKind;
  slug: string;
  title: Bilingual;
  status: AttemptStatus;
  /** Absent: no limit. */
  minutes?: number;
  passMark: number;
  createdAt: Date;
  startedAt?: Date;
  endsAt?: Date;
  submittedAt?: Date;
  /** 'clock': time was up. */
  submittedBy?: 'candidate' | 'clock';
  gradedAt?: Date;
  /** Per cent, when graded. */
  score?: number;
  passed?: boolean;
}

export interface AttemptView extends AttemptSummary {
  /** The server's time of this answer: the page's clock shows endsAt - now. */
  now: Date;
  notes: string;
  tasks: TaskView[];
}

export interface Solution {
  /** Markdown. */
  text: Bilingual;
  script: string;
}

/** Who asks. */
export interface Viewer {
  id: string;
  role: 'instructor' | 'learner';
}

/**
 * Exams and labs. A learner sees and changes only attempts of their own; an instructor may also read those of others.
 * All methods reject with an AppError: `not-found` (also for an attempt of somebody else), `wrong-state`, `invalid`,
 * `unavailable`. Methods that change are idempotent: a second click is harmless.
 */
export interface ExamService {
  exams(): ExamSummary[];
  exercises(): ExerciseSummary[];

  /** A new attempt at an exam, not started; the one that is open already, if there is one. */
  createExam(viewer: Viewer, examSlug: string): Promise<AttemptView>;
  /** Starts a lab at once; the running lab of this exercise, if there is one. `timed` sets the exercise's minutes as limit. */
  startLab(viewer: Viewer, slug: string, options: { timed: boolean }): Promise<AttemptView>;
  /** Starts the clock. */
  start(viewer: Viewer, attempt: string): Promise<AttemptView>;
  attempt(viewer: Viewer, attempt: string): Promise<AttemptView>;
  /** Newest first. */
  history(viewer: Viewer, user: string): Promise<AttemptSummary[]>;

  setFlag(viewer: Viewer, attempt: string, position: number, flagged: boolean): Promise<void>;
  setNotes(viewer: Viewer, attempt: string, notes: string): Promise<void>;

  /** Makes the task's cluster ready, so that its first terminal opens at once. Resolves with its hosts. */
  open(viewer: Viewer, attempt: string, position: number): Promise<{ hosts: string[] }>;
  /** The cluster behind a task of a running attempt of one's own: whose terminals the viewer may open. */
  task(viewer: Viewer, attempt: string, position: number): Promise<TaskSpec>;
  /** Ends the attempt; grading follows by itself. */
  submit(viewer: Viewer, attempt: string): Promise<AttemptView>;
  /** Grades a running lab as it stands; as often as one likes. */
  gradeLab(viewer: Viewer, attempt: string): Promise<TaskResult>;
  /** Gives a running lab a fresh cluster. Its clock goes on. */
  resetLab(viewer: Viewer, attempt: string): Promise<void>;
  /** The reference solution: of a lab at any time, of an exam once it is graded. */
  solution(viewer: Viewer, attempt: string, position: number): Promise<Solution>;

  /** Begins to watch the clocks and takes up gradings that were cut off. Called once by the server. */
  run(): Promise<void>;
  stop(): void;
}
