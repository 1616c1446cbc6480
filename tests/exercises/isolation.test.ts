import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCluster, PkiPool, type Cluster } from '../../lib/cluster/index.ts';
import { config } from '../../lib/config.ts';
import type { Exercise } from '../../lib/exam/exercise.ts';
import { loadCatalogue } from '../../lib/exam/index.ts';
import { prepare } from '../../lib/exam/proctor.ts';
import { accessToCluster, taskHosts } from '../../lib/fleet/worker/index.ts';
import { systemClock } from '../../lib/kit/clock.ts';
import { projectPath } from '../../lib/kit/project-file.ts';
import type { Hosts } from '../../lib/terminal/index.ts';

const exercisesDir = config().exercisesDir;
const exercises = [...loadCatalogue(exercisesDir).exercises.values()];
const scratch = mkdtempSync(join(tmpdir(), 'drydock-isolation-'));
const pki = new PkiPool(projectPath('build/pki'), 2);

interface Attempt {
  cluster: Cluster;
  hosts: Hosts;
  root(host: string, script: string): Promise<{ exitCode: number; stdout: string; stderr: string }>;
}

async function attempt(exercise: Exercise): Promise<Attempt> {
  const dir = mkdtempSync(join(scratch, 'attempt-'));
  const cluster = await createCluster({ profile: exercise.profile, dir: join(dir, 'cluster'), pki });
  const hosts = taskHosts(cluster, join(dir, 'base'), systemClock);
  await prepare(exercise, accessToCluster(cluster, hosts, systemClock));
  // The script comes by standard input, so that what it searches for does not stand in its own process's arguments.
  const root = (host: string, script: string) =>
    hosts.run(host, { account: 'root', argv: ['bash', '-s'], input: script });
  return { cluster, hosts, root };
}

const end = async ({ hosts, cluster }: Attempt) => {
  await hosts.dispose();
  await cluster.stop();
};

/** Every line of a solution, of another way, of a wrong one and of the checks that could give something away. */
function secrets({ slug }: Exercise): string[] {
  const dir = join(exercisesDir, 'tasks', slug);
  const scripts = ['also', 'wrong'].flatMap((kind) => readdirSync(join(dir, kind)).map((name) => join(kind, name)));
  const files = ['solution.sh', 'solution.en.md', 'solution.ko.md', 'exercise.yaml', ...scripts];
  const starting = readFileSync(join(dir, 'start.yaml'), 'utf8');
  const lines = files.flatMap((name) => readFileSync(join(dir, name), 'utf8').split('\n')).map((line) => line.trim());
  return [...new Set(lines)].filter((line) => line.length >= 24 && /\s/.test(line) && !starting.includes(line));
}

let mine: Attempt;
let others: Attempt;
beforeAll(async () => {
  const [exercise] = exercises;
  if (!exercise) throw new Error('there is no exercise');
  [mine, others] = await Promise.all([attempt(exercise), attempt(exercise)]);
});
afterAll(async () => {
  await Promise.all([end(mine), end(others)]);
  pki.stop();
  rmSync(scratch, { recursive: true, force: true });
});

test('two attempts at a task share nothing', async () => {
  expect((await mine.root('controlplane', 'kubectl create namespace mine; touch /root/mine')).exitCode).toBe(0);
  const there = await others.root('controlplane', 'kubectl get namespaces -o name; ls /root; hostname -I');
  expect(there.stdout).toContain('namespace/default');
  expect(there.stdout).not.toContain('mine');
});

test('credentials of one cluster mean nothing to another', async () => {
  const { stdout: kubeconfig } = await mine.root('controlplane', 'cat /etc/kubernetes/admin.conf');
  const tried = await others.root(
    'controlplane',
    `cat > /tmp/stolen.conf <<'EOT'\n${kubeconfig}\nEOT\nkubectl --kubeconfig /tmp/stolen.conf --insecure-skip-tls-verify get pods`,
  );
  expect(tried.exitCode).not.toBe(0);
  expect(tried.stderr).toMatch(/Unauthorized|must be logged in/);
});

test("another attempt's API is out of reach, however it listens", async () => {
  const listening = await others.cluster.listen({ port: 0 });
  const port = Number(new URL(listening.url).port);
  const outside = connect(port, '127.0.0.1');
  await once(outside, 'connect');
  outside.destroy();
  const addresses = ['127.0.0.1', '0.0.0.0', '172.30.1.1', '172.30.1.2', '10.96.0.1', '10.244.0.1', '169.254.169.254'];
  for (const host of ['base', 'controlplane', 'node01']) {
    const { stdout } = await mine.root(
      host,
      addresses.map((a) => `curl -sk -m 2 -o /dev/null https://${a}:${port}/version && echo reached ${a}`).join('\n'),
    );
    expect(stdout).toBe('');
  }
  await listening.close();
});

test.each(exercises.map((e) => [e.slug, e] as const))(
  '%s: neither solutions nor checks are anywhere on its hosts',
  async (_, exercise) => {
    const own = await attempt(exercise);
    const lines = secrets(exercise);
    expect(lines.length).toBeGreaterThan(10);
    const patterns = `cat > /dev/shm/lines <<'EOT'\n${lines.join('\n')}\nEOT\n`;
    const places = '/etc /root /home /opt /srv /var /tmp /run';
    for (const host of ['base', 'controlplane', 'node01']) {
      const found = await own.root(
        host,
        `${patterns}
for place in ${places}; do grep -rlFsI -f /dev/shm/lines "$place" --exclude-dir=fd; done
find / -xdev \\( -name 'solution*' -o -name 'exercise.yaml' -o -path '*/wrong/*.sh' \\) -not -path '/usr/*' -not -path '/proc/*' 2>/dev/null
cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -F -f /dev/shm/lines
mount | grep -F ${projectPath()}`,
      );
      expect(found.stdout).toBe('');
    }
    await end(own);
  },
);

