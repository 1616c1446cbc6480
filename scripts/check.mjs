// The quick checks, in seconds: types, lint, format, unused code, unit tests. `npm run check`.
import { spawn } from 'node:child_process';
import './generate.mjs';

const CHECKS = [
  ['types', 'tsc', '--noEmit'],
  ['lint', 'oxlint', '--type-aware', '--quiet'],
  ['format', 'prettier', '--check', '--log-level', 'warn', '.'],
  ['unused', 'knip', '--include', 'files,dependencies,unlisted,unresolved'],
  ['unit', 'vitest', 'run', '--project', 'unit', '--reporter', 'dot'],
];

/** Runs one check; resolves with whether it passed and what it printed. */
function check([name, program, ...args]) {
  const began = Date.now();
  return new Promise((done) => {
    const child = spawn(`node_modules/.bin/${program}`, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (d) => (output += d));
    child.stderr.on('data', (d) => (output += d));
    child.on('close', (code) => done({ name, ok: code === 0, output, ms: Date.now() - began }));
  });
}

/** Runs `names` of the checks (all unless given), each reported as it ends; returns how many passed and failed. */
export async function runChecks(names) {
  const results = [];
  for (const c of CHECKS.filter(([name]) => !names || names.includes(name))) {
    const result = await check(c);
    results.push(result);
    console.log(`${result.ok ? 'ok  ' : 'FAIL'} ${result.name} (${(result.ms / 1000).toFixed(1)} s)`);
    if (!result.ok) console.log(result.output);
  }
  return { passed: results.filter((r) => r.ok).length, failed: results.filter((r) => !r.ok).length };
}

if (process.argv[1]?.endsWith('check.mjs')) {
  const { passed, failed } = await runChecks();
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}
