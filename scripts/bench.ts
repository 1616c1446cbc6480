import { benchmarks } from './bench/index.ts';

/** `npm run --silent bench -- [NAME…] [--json]`: one line for each figure. */
const args = process.argv.slice(2);
const json = args.includes('--json');
const wanted = args.filter((a) => a !== '--json');
const unknown = wanted.filter((name) => !benchmarks.some((b) => b.name === name));
if (unknown.length) {
  console.error(
    `There is no benchmark ${unknown.join(', ')}. Choose from: ${benchmarks.map((b) => b.name).join(', ')}.`,
  );
  process.exit(2);
}
for (const benchmark of benchmarks.filter((b) => wanted.length === 0 || wanted.includes(b.name))) {
  for (const figure of await benchmark.run()) {
    if (json) console.log(JSON.stringify(figure));
    else
      console.log(
        `${figure.name.padEnd(44)} ${String(figure.value).padStart(12)} ${figure.unit}  (${figure.better} is better)`,
      );
  }
}
process.exit(0);
