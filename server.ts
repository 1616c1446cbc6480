// The web process: pages and routes by Next, terminals by a proxy to the workers. It runs no cluster.
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import next from 'next';
import { ADDRESS_HEADER, accountOfRequest, createAuthService, sessionSecret } from './lib/auth/index.ts';
import { createClassroomService } from './lib/classroom/index.ts';
import { config, settleEnvironment } from './lib/config.ts';
import { openDatabase } from './lib/db/index.ts';
import { appErrorOf, missing, notAllowed, notSignedIn } from './lib/errors.ts';
import { createExamService, loadCatalogue } from './lib/exam/index.ts';
import { createLocalFleet } from './lib/fleet/index.ts';
import { systemClock } from './lib/kit/clock.ts';
import { projectPath } from './lib/kit/project-file.ts';
import { secureRandom } from './lib/kit/random.ts';
import { share } from './lib/kit/shared.ts';
import { log } from './lib/log.ts';

settleEnvironment();
const { port, dataDir, databaseUrl, workers, exercisesDir } = config();

const db = await openDatabase(databaseUrl);
const catalogue = loadCatalogue(exercisesDir);
for (const problem of catalogue.problems) log(`exercise left out: ${problem}`);

const auth = createAuthService(db, systemClock, secureRandom);
const command = [process.execPath, '--enable-source-maps', projectPath('build/js/worker.js')] as const;
const fleet = createLocalFleet({ dataDir, workers, command, clock: systemClock });
const exams = createExamService({ db, fleet, clock: systemClock, random: secureRandom, catalogue });
const classrooms = createClassroomService({
  db,
  clock: systemClock,
  random: secureRandom,
  isKnown: (kind, slug) => (kind === 'exam' ? catalogue.exams : catalogue.exercises).has(slug),
});
share('auth', auth);
share('session-secret', sessionSecret(dataDir, secureRandom));
share('fleet', fleet);
share('exams', exams);
share('classrooms', classrooms);

/** What the rest relies on: where the request came from, and under which address the browser knows this server. */
function stampHeaders({ headers, socket }: IncomingMessage): void {
  headers[ADDRESS_HEADER] = socket.remoteAddress ?? 'unknown';
  headers['x-forwarded-host'] ??= headers.host;
  headers['x-forwarded-proto'] = headers['x-forwarded-proto'] === 'https' ? 'https' : 'http';
}

const TERMINAL = /^\/api\/attempts\/([^/]+)\/tasks\/(\d+)\/terminals\/(\d+)$/;
/** Terminals of one task. */
const TERMINALS_MAX = 8;

async function connectTerminal(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  const { headers } = request;
  const [, attempt = '', position, terminal] = TERMINAL.exec((request.url ?? '').split('?')[0] ?? '') ?? [];
  if (!attempt || Number(terminal) < 1 || Number(terminal) > TERMINALS_MAX) {
    throw missing({ en: 'This terminal', ko: '터미널' });
  }
  // A page of another site can open WebSockets with the learner's cookies; only its Origin gives it away.
  if (headers.origin !== `${String(headers['x-forwarded-proto'])}://${String(headers['x-forwarded-host'])}`)
    throw notAllowed();
  const viewer = await accountOfRequest(request);
  if (!viewer) throw notSignedIn();
  const task = await exams.task(viewer, attempt, Number(position));
  await fleet.connectTerminal(task, Number(terminal), request, socket, head);
}

const pages = next({ dev: false, dir: projectPath() });
await pages.prepare();
const handlePage = pages.getRequestHandler();

const server = createServer((request, response) => {
  stampHeaders(request);
  handlePage(request, response).catch((err: unknown) => {
    log('page failed', { url: request.url, err });
    response.destroy();
  });
});
server.on('upgrade', (request, socket, head) => {
  stampHeaders(request);
  socket.on('error', () => socket.destroy());
  connectTerminal(request, socket, head).catch((err: unknown) => {
    const refusal = appErrorOf(err);
    if (!refusal) log('terminal failed', { url: request.url, err });
    socket.end(`HTTP/1.1 ${refusal?.status ?? 500} Refused\r\nconnection: close\r\n\r\n`);
  });
});

await fleet.start();
await exams.run();
server.listen(port, () => {
  const address = server.address();
  const url = `http://localhost:${typeof address === 'object' ? address?.port : port}`;
  process.stdout.write(`Drydock is ready: ${url}\n`);
  void auth.isFresh().then((isFresh) => {
    if (isFresh) process.stdout.write(`Sign up at ${url}/sign-up: the first account is the instructor's.\n`);
  });
});

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  exams.stop();
  server.close();
  server.closeAllConnections();
  await fleet.stop();
  await db.$disconnect();
  process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());
