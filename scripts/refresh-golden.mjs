// Copies the recordings of a real Kubernetes from ../shared/golden into tests/golden, so that the tests need nothing
// outside the project. Cases tagged `explain` print upstream's documentation and stay out.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const from = join(root, '../shared/golden');
const to = join(root, 'tests/golden');

if (!existsSync(join(from, 'cases'))) {
  console.error(`There are no recordings in ${from}: the copy in tests/golden stays as it is.`);
  process.exit(1);
}
const { parseCase } = await import(join(from, 'replay.mjs'));
rmSync(join(to, 'cases'), { recursive: true, force: true });
let copied = 0;
for (const path of readdirSync(join(from, 'cases'), { recursive: true })
  .filter((p) => p.endsWith('.case'))
  .sort()) {
  const text = readFileSync(join(from, 'cases', path), 'utf8');
  if (parseCase(text).tags.includes('explain')) continue;
  const target = join(to, 'cases', path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  copied += 1;
}
cpSync(join(from, 'replay.mjs'), join(to, 'replay.mjs'), { mode: 0 });
console.log(`${copied} cases copied`);
