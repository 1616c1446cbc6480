/** Exams, labs, attempts and grading, as pages and routes see them. */
export { DOMAINS } from './exam-service.ts';
export type {
  AttemptKind,
  AttemptStatus,
  AttemptSummary,
  AttemptView,
  CheckResult,
  Domain,
  ExamService,
  ExamSummary,
  ExerciseSummary,
  Solution,
  TaskResult,
  TaskView,
  Viewer,
} from './exam-service.ts';
