/** What is set to a class: an exam, or an exercise as a lab. */
export interface Assignment {
  id: string;
  kind: 'exam' | 'lab';
  slug: string;
  createdAt: Date;
  dueAt?: Date;
}

export interface ClassSummary {
  id: string;
  name: string;
  /** What learners type to join; shown to the class's instructor only. */
  code?: string;
  createdAt: Date;
  members: number;
  assignments: Assignment[];
}

/** How one learner stands with one assignment: by the newest attempt since it was set. */
export interface AssignmentResult {
  assignment: string;
  /** 'none': not begun. */
  status: 'none' | 'created' | 'running' | 'submitted' | 'graded';
  attempt?: string;
  /** Per cent, of the best graded attempt. */
  best?: number;
  passed?: boolean;
  /** Whether the newest attempt was handed in after the time it was due. */
  late: boolean;
}

export interface LearnerProgress {
  id: string;
  name: string;
  email: string;
  /** In the order of the class's assignments. */
  results: AssignmentResult[];
}

export interface ClassProgress extends ClassSummary {
  learners: LearnerProgress[];
}

export interface Viewer {
  id: string;
  role: 'instructor' | 'learner';
}

/** Classes, what is set to them, and how their learners are doing. Rejects with AppError; changes are idempotent. */
export interface ClassroomService {
  /** An instructor's own classes, or those that a learner has joined; oldest first. */
  classes(viewer: Viewer): Promise<ClassSummary[]>;
  create(viewer: Viewer, name: string): Promise<ClassSummary>;
  join(viewer: Viewer, code: string): Promise<ClassSummary>;
  /** For the learner who leaves, or the instructor who takes a learner out. */
  leave(viewer: Viewer, classroom: string, user: string): Promise<void>;
  assign(
    viewer: Viewer,
    classroom: string,
    what: { kind: 'exam' | 'lab'; slug: string; dueAt?: Date },
  ): Promise<Assignment>;
  withdraw(viewer: Viewer, classroom: string, assignment: string): Promise<void>;
  /** For the class's instructor: everybody. For a member: themselves alone. */
  progress(viewer: Viewer, classroom: string): Promise<ClassProgress>;
}
