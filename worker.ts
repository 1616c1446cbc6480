// A worker process: it holds clusters, sandboxes and graders, and serves the web process that started it over a unix socket.
import { rmSync } from 'node:fs';
import { config } from './lib/config.ts';
import { loadCatalogue } from './lib/exam/index.ts';
import { grade, prepare } from './lib/exam/proctor.ts';
import type { Exercise } from './lib/exam/exercise.ts';
import { startWorker } from './lib/fleet/worker/index.ts';
import { systemClock } from './lib/kit/clock.ts';
import { log } from './lib/log.ts';

const [socketPath = ''] = process.argv.slice(2);
const { dataDir, exercisesDir } = config();
const { exercises } = loadCatalogue(exercisesDir);

function exerciseOf(slug: string): Exercise {
  const exercise = exercises.get(slug);
  if (!exercise) throw new RangeError(`there is no exercise ${slug}`);
  return exercise;
}

const worker = await startWorker({
  dataDir,
  socketPath,
  clock: systemClock,
  proctor: {
    prepare: (slug, access) => prepare(exerciseOf(slug), access),
    grade: (slug, access) => grade(exerciseOf(slug), access),
  },
});

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await worker.stop();
  rmSync(socketPath, { force: true });
  process.exit(0);
}
process.on('SIGTERM', () => void stop());
// A terminal's Ctrl-C reaches the whole group; the web process says when to end.
process.on('SIGINT', () => undefined);
// The web process was killed: nobody asks any more, and its successor starts its own worker. All is on disk already.
process.on('disconnect', () => process.exit(0));
process.on('unhandledRejection', (err) => {
  // One cluster's fault must not end the clusters of all others.
  log('unhandled rejection', { err });
});
