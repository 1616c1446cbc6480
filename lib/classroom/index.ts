/** Classes, what is set to them, and how their learners are doing. */
import { shared } from '../kit/shared.ts';
import type { ClassroomService } from './classroom-service.ts';

export type {
  Assignment,
  AssignmentResult,
  ClassProgress,
  ClassSummary,
  ClassroomService,
  LearnerProgress,
} from './classroom-service.ts';
export { createClassroomService } from './classrooms.ts';

/** The process' one classroom service. */
export const classrooms = (): ClassroomService => shared<ClassroomService>('classrooms');
