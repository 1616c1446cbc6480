import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createCluster, PkiPool, profileNames } from '../lib/cluster/index.ts';
import { projectPath } from '../lib/kit/project-file.ts';
import { serveControl } from '../lib/terminal/index.ts';

const USAGE = `usage: npm run --silent cluster -- --kubeconfig FILE [--profile NAME] [--port N] [--dir DIR]

Runs one simulated cluster until SIGTERM or Ctrl-C. Prints "ready URL MILLISECONDS" when all its nodes are Ready.
  --kubeconfig FILE  where an administrator's kubeconfig is written
  --profile NAME     ${profileNames().join(', ')} (three-node unless given)
  --port N           loopback port of the API (any free one unless given)
  --dir DIR          where the cluster lives; a second start with the same folder restores it (a temporary one unless given)`;

/** Credentials made ahead for the next starts of this command. */
const READY_CREDENTIALS = 3;

function fail(message: string): never {
  console.error(`${message}\n\n${USAGE}`);
  process.exit(2);
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        kubeconfig: { type: 'string' },
        profile: { type: 'string', default: 'three-node' },
        port: { type: 'string', default: '0' },
        dir: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    return values;
  } catch (err) {
    return fail(err instanceof Error ? err.message : String(err));
  }
}

const { kubeconfig, profile, port: portText, dir, help } = options();
if (help) {
  console.log(USAGE);
  process.exit(0);
}
if (!kubeconfig) fail('--kubeconfig is missing');
if (!profileNames().includes(profile)) fail(`there is no profile ${JSON.stringify(profile)}`);
const port = Number(portText);
if (!Number.isInteger(port) || port < 0 || port > 65_535)
  fail(`--port must be a number from 0 to 65535, but is ${JSON.stringify(portText)}`);

const folder = dir ?? mkdtempSync(join(tmpdir(), 'drydock-cluster-'));
const pki = new PkiPool(projectPath('build/pki'), READY_CREDENTIALS);
const cluster = await createCluster({ profile, dir: folder, pki });
const { url } = await cluster.listen({ port });
const control = await serveControl(cluster, folder);
writeFileSync(kubeconfig, cluster.kubeconfig(url), { mode: 0o600 });
console.log(`ready ${url} ${Math.round(cluster.readyMs)}`);
void pki.fill(cluster.profile);

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  pki.stop();
  await control.close();
  await cluster.stop();
  if (dir === undefined) rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
// The cluster's own timers do not keep a process alive.
setInterval(() => undefined, 2 ** 30);
