// `npm start`: from a fresh clone to a served page. Idempotent; what is there already is not done again.
import { prepare, run, say } from './prepare.mjs';

await prepare({ forTests: false });
const { isNewer, root } = await import('./build.mjs');
const { prepareDatabase } = await import('./database.mjs');
await prepareDatabase();
if (isNewer(['app', 'lib', 'next.config.js', 'package-lock.json'], `${root}/.next/BUILD_ID`)) {
  say('drydock: building the pages …');
  run('node_modules/.bin/next', ['build']);
}
await import(`${root}/build/js/server.js`);
