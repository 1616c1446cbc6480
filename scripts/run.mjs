// Runs a TypeScript program of this project: `node scripts/run.mjs scripts/cluster.ts ARGUMENTS…`.
import { join } from 'node:path';
import { build, root } from './build.mjs';

const [entry, ...args] = process.argv.slice(2);
await build();
const program = join(root, 'build/js', entry.replace(/\.ts$/, '.js'));
process.argv = [process.argv[0], program, ...args];
await import(program);
