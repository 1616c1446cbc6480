// `npm test`: prepares the machine as `npm start` does, then runs every check and every test.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { prepare } from './prepare.mjs';

const REPORT = 'build/test-report.json';

await prepare({ forTests: true });
const { runChecks } = await import('./check.mjs');
const checks = await runChecks(['types', 'lint', 'format', 'unused']);
rmSync(REPORT, { force: true });
const vitest = spawnSync(
  'node_modules/.bin/vitest',
  ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`],
  { stdio: ['ignore', 'inherit', 'inherit'] },
);
let passed = checks.passed;
let failed = checks.failed;
try {
  const report = JSON.parse(readFileSync(REPORT, 'utf8'));
  passed += report.numPassedTests;
  // A file that could not be loaded holds tests that never ran.
  failed +=
    report.numFailedTests +
    report.testResults.filter((f) => f.status === 'failed' && f.assertionResults.length === 0).length;
} catch {
  failed += 1;
}
if (vitest.status !== 0 && failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
