import type { Database } from '../db/index.ts';
import { invalidField, missing, notAllowed } from '../errors.ts';
import type { Clock } from '../kit/clock.ts';
import { nameSuffix, uuid } from '../kit/random.ts';
import type { Random } from '../kit/random.ts';
import type {
  Assignment,
  AssignmentResult,
  ClassSummary,
  ClassroomService,
  LearnerProgress,
  Viewer,
} from './classroom-service.ts';

const NAME_MAX = 80;
const CODE_LENGTH = 8;

export interface ClassroomParts {
  db: Database;
  clock: Clock;
  random: Random;
  /** Whether there is such an exam or exercise. */
  isKnown: (kind: 'exam' | 'lab', slug: string) => boolean;
}

type Row<Name extends 'assignment' | 'attempt' | 'classroom'> = NonNullable<
  Awaited<ReturnType<Database[Name]['findFirst']>>
>;
type ClassRow = Row<'classroom'> & { assignments: Row<'assignment'>[]; members: { userId: string }[] };

const WITH_ALL = {
  assignments: { orderBy: { createdAt: 'asc' } },
  members: { select: { userId: true } },
} as const;

const noClass = () => missing({ en: 'This class', ko: '학급' });

const assignmentOf = (row: Row<'assignment'>): Assignment => ({
  id: row.id,
  kind: row.kind === 'EXAM' ? 'exam' : 'lab',
  slug: row.slug,
  createdAt: row.createdAt,
  dueAt: row.dueAt ?? undefined,
});

const summaryOf = (row: ClassRow, viewer: Viewer): ClassSummary => ({
  id: row.id,
  name: row.name,
  code: row.instructorId === viewer.id ? row.code : undefined,
  createdAt: row.createdAt,
  members: row.members.length,
  assignments: row.assignments.map(assignmentOf),
});

/** How the attempts of one learner, newest first, answer an assignment. */
function resultOf(assignment: Row<'assignment'>, attempts: readonly Row<'attempt'>[]): AssignmentResult {
  const { id, kind, slug, createdAt, dueAt } = assignment;
  const counted = attempts.filter((a) => a.kind === kind && a.slug === slug && a.createdAt >= createdAt);
  const [newest] = counted;
  if (!newest) return { assignment: id, status: 'none', late: false };
  const graded = counted.filter((a) => a.score !== null).sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
  const [best] = graded;
  return {
    assignment: id,
    status: newest.status.toLowerCase() as AssignmentResult['status'],
    attempt: newest.id,
    best: best?.score ?? undefined,
    passed: best && (best.score ?? 0) >= best.passMark,
    late: dueAt !== null && newest.submittedAt !== null && newest.submittedAt > dueAt,
  };
}

export function createClassroomService({ db, clock, random, isKnown }: ClassroomParts): ClassroomService {
  const now = () => new Date(clock.now());

  /** A class that the viewer leads; for anybody else there is none. */
  async function led(viewer: Viewer, id: string): Promise<ClassRow> {
    const row = await db.classroom.findFirst({ where: { id, instructorId: viewer.id }, include: WITH_ALL });
    if (!row) throw noClass();
    return row;
  }

  return {
    async classes(viewer) {
      const where = { OR: [{ instructorId: viewer.id }, { members: { some: { userId: viewer.id } } }] };
      const rows = await db.classroom.findMany({ where, include: WITH_ALL, orderBy: { createdAt: 'asc' } });
      return rows.map((row) => summaryOf(row, viewer));
    },

    async create(viewer, nameTyped) {
      if (viewer.role !== 'instructor') throw notAllowed();
      const name = nameTyped.trim();
      if (!name || name.length > NAME_MAX) {
        throw invalidField('name', {
          en: `A class needs a name of at most ${NAME_MAX} characters.`,
          ko: `학급 이름을 ${NAME_MAX}자 이내로 입력하세요.`,
        });
      }
      const row = await db.classroom.create({
        data: {
          id: uuid(random),
          name,
          code: nameSuffix(random, CODE_LENGTH),
          instructorId: viewer.id,
          createdAt: now(),
        },
        include: WITH_ALL,
      });
      return summaryOf(row, viewer);
    },

    async join(viewer, codeTyped) {
      const code = codeTyped.trim().toLowerCase();
      const found = await db.classroom.findUnique({ where: { code } });
      if (!found) throw invalidField('code', { en: 'No class has this code.', ko: '이 코드의 학급이 없습니다.' });
      const key = { classroomId: found.id, userId: viewer.id };
      await db.membership.upsert({
        where: { classroomId_userId: key },
        create: { ...key, joinedAt: now() },
        update: {},
      });
      return summaryOf(await db.classroom.findUniqueOrThrow({ where: { id: found.id }, include: WITH_ALL }), viewer);
    },

    async leave(viewer, id, user) {
      if (user !== viewer.id) await led(viewer, id);
      await db.membership.deleteMany({ where: { classroomId: id, userId: user } });
    },

    async assign(viewer, id, { kind, slug, dueAt }) {
      await led(viewer, id);
      if (!isKnown(kind, slug))
        throw invalidField('slug', { en: 'There is no such exam or exercise.', ko: '해당 시험이나 문제가 없습니다.' });
      const kindRow = kind === 'exam' ? 'EXAM' : 'LAB';
      const there = await db.assignment.findFirst({ where: { classroomId: id, kind: kindRow, slug } });
      if (there)
        return assignmentOf(await db.assignment.update({ where: { id: there.id }, data: { dueAt: dueAt ?? null } }));
      const data = { id: uuid(random), classroomId: id, kind: kindRow, slug, dueAt, createdAt: now() } as const;
      return assignmentOf(await db.assignment.create({ data }));
    },

    async withdraw(viewer, id, assignment) {
      await led(viewer, id);
      await db.assignment.deleteMany({ where: { id: assignment, classroomId: id } });
    },

    async progress(viewer, id) {
      const row = await db.classroom.findUnique({
        where: { id },
        include: {
          ...WITH_ALL,
          members: { include: { user: { include: { attempts: { orderBy: { createdAt: 'desc' } } } } } },
        },
      });
      const leads = row?.instructorId === viewer.id;
      const seen = row?.members.filter((m) => leads || m.userId === viewer.id) ?? [];
      if (!row || (!leads && seen.length === 0)) throw noClass();
      const learners = seen.map(({ user }): LearnerProgress => ({
        id: user.id,
        name: user.name,
        email: user.email,
        results: row.assignments.map((a) => resultOf(a, user.attempts)),
      }));
      return { ...summaryOf(row, viewer), learners: learners.sort((a, b) => a.name.localeCompare(b.name)) };
    },
  };
}
