// Runs a TypeScript program of this project: `node scripts/run.mjs scripts/cluster.ts ARGUMENTS…`.
import { build, programPath } from './build.mjs';

const [entry, ...args] = process.argv.slice(2);
await build();
const program = programPath(entry);
process.argv = [process.argv[0], program, ...args];
await import(program);
