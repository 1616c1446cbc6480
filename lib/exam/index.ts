/** Exams, labs, attempts and grading, as pages and routes see them. */
import { shared } from '../kit/shared.ts';
import type { ExamService } from './exam-service.ts';

export { loadCatalogue } from './catalogue.ts';
export type { Catalogue } from './catalogue.ts';
export { createExamService } from './exams.ts';
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

/** The process' one exam service. */
export const exams = (): ExamService => shared<ExamService>('exams');
