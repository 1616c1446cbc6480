// `npm start`: from a fresh clone to a served page. Idempotent; what is there already is not done again.
import { prepare, run, say } from './prepare.mjs';

await prepare({ forTests: false });
const { isNewer, programPath, root } = await import('./build.mjs');
const { prepareDatabase } = await import('./database.mjs');
await prepareDatabase();
/** What pages are made of; clusters run in other programs. */
const PAGES = [
  'app',
  ...['auth', 'classroom', 'db', 'exam', 'fleet', 'i18n', 'kit', 'config.ts', 'errors.ts'].map((part) => `lib/${part}`),
  'next.config.js',
  'package-lock.json',
];
if (isNewer(PAGES, `${root}/.next/BUILD_ID`)) {
  say('drydock: building the pages …');
  run('node_modules/.bin/next', ['build'], { env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' } });
}
await import(programPath('server.ts'));
