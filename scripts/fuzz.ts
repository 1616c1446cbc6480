import { parseArgs } from 'node:util';
import { fuzz, lineOf } from '../tests/fuzz/run.ts';

const USAGE = `usage: npm run --silent fuzz -- [--requests N] [--seconds N] [--seed N]

Sends mutated requests to an API server in this process and prints those that it answers with a server error, stalls on or
never answers, and whether its memory grows. 100,000 requests unless given; the same seed makes the same requests.`;

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '3600' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const report = await fuzz({
  seed: Number(values.seed),
  requests: Number(values.requests),
  ms: Number(values.seconds) * 1000,
  progress: (sent, findings) => console.error(`${sent} requests, ${findings} findings`),
});
for (const { what, detail, shot } of report.findings) {
  console.log(`${what}: ${detail}`);
  if (shot) console.log(`  ${lineOf(shot)}`);
}
const statuses = [...report.statuses].sort(([a], [b]) => a - b).map(([status, times]) => `${status} ${times}×`);
console.log(`${report.requests} requests (${statuses.join(', ')})`);
const { ms, shot: slowest } = report.slowest;
if (slowest) console.log(`slowest: ${ms.toFixed(0)} ms\n  ${lineOf(slowest)}`);
console.log(`memory ${report.growth.toFixed(1)} MiB more, ${report.findings.length} findings`);
process.exit(report.findings.length > 0 ? 1 : 0);
