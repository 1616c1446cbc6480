import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createCluster, PkiPool } from '../../lib/cluster/index.ts';
import { projectPath } from '../../lib/kit/project-file.ts';
import { parseCase, runCase } from './replay.mjs';

/** Cases that answer as recorded, a few of each folder: what broke them must be noticed before anything lands. */
const CASES = [
  'reading/api-resources-errors.case',
  'reading/get-many-kinds.case',
  'reading/table-access-and-policy.case',
  'reading/get-jsonpath.case',
  'validation/pod-invalid-resources.case',
  'validation/service-updates-refused.case',
  'validation/pod-invalid-ports.case',
  'validation/deployment-invalid.case',
  'writing/apply-missing-annotation.case',
  'writing/create-rbac-imperative.case',
  'writing/expose-variants.case',
  'writing/patch-strategic.case',
  'writing/dry-run-server.case',
  'access/limitrange-pod-and-claim.case',
  'access/review-objects.case',
  'access/impersonation.case',
  'access/quota-counts.case',
  'config/env-from-config.case',
  'networking/dns-pod-resolv-conf.case',
  'networking/ingress-create-errors.case',
  'networking/service-traffic-policies.case',
  'scheduling/node-affinity-required.case',
  'scheduling/kubectl-taint.case',
  'storage/projected-volume.case',
  'storage/read-only-mounts.case',
  'workloads/pod-env-and-downward.case',
  'workloads/pod-delete-grace.case',
  'workloads/pod-exit-and-messages.case',
  'workloads/deployment-create.case',
  'workloads/pod-inside.case',
];

const scratch = mkdtempSync(join(tmpdir(), 'drydock-golden-'));
const pki = new PkiPool(projectPath('build/pki'), 4);
const bin = projectPath('build/tools/bin');

afterAll(() => {
  pki.stop();
  rmSync(scratch, { recursive: true, force: true });
});

test.each(CASES)('%s answers as recorded', async (name) => {
  const dir = mkdtempSync(join(scratch, 'cluster-'));
  const cluster = await createCluster({ profile: 'three-node', dir, pki });
  const listening = await cluster.listen({ port: 0 });
  const kubeconfig = join(dir, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig(listening.url), { mode: 0o600 });
  const recorded = parseCase(readFileSync(projectPath('tests/golden/cases', name), 'utf8'));
  const results = await runCase(recorded, { bin, poll: '100', replace: [], host: 'false' }, { kubeconfig, dir, server: listening.url });
  await listening.close();
  await cluster.stop();
  const wrong = results.filter((r) => !r.same).map((r) => ({ command: r.step.command.join('\n'), got: r.got.text, code: r.got.code, recorded: r.step.expected.join('\n') }));
  expect(wrong).toEqual([]);
});
