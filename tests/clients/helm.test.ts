import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppsV1Api, CoreV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectPath } from '../../lib/kit/project-file.ts';
import { eventually, serveCluster, type ServedCluster } from './fixture.ts';

const namespace = 'default';

let served: ServedCluster;

beforeAll(async () => {
  served = await serveCluster();
});
afterAll(() => served.close());

interface Ended {
  code: number;
  out: string;
  err: string;
}

function helm(...args: string[]): Promise<Ended> {
  const home = join(served.dir, 'helm');
  const child = spawn(projectPath('build/tools/bin/helm'), args, {
    env: { ...process.env, HOME: home, KUBECONFIG: served.kubeconfig },
  });
  const ended: Ended = { code: -1, out: '', err: '' };
  child.stdout.on('data', (part: Buffer) => (ended.out += part.toString()));
  child.stderr.on('data', (part: Buffer) => (ended.err += part.toString()));
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done({ ...ended, code: code ?? -1 }));
  });
}

/** Runs helm, which must succeed; what it printed. */
async function helmed(...args: string[]): Promise<string> {
  const { code, out, err } = await helm(...args);
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  return out;
}

/** Writes a chart's files; its path. */
function chart(name: string, files: Record<string, string>): string {
  const dir = join(served.dir, 'charts', name);
  const all = { 'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: 0.1.0\nappVersion: "1"\n`, ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: web
          image: {{ .Values.image }}
          readinessProbe: {httpGet: {path: /, port: 80}}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
spec:
  selector: {app: {{ .Release.Name }}}
  ports: [{port: 80}]
`;
const WEB_TEST = `
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-test
  annotations: {helm.sh/hook: test}
spec:
  restartPolicy: Never
  containers:
    - name: wget
      image: busybox
      command: [wget, -qO-, "http://{{ .Release.Name }}{{ .Values.path }}"]
`;
const web = () =>
  chart('web', {
    'values.yaml': 'replicas: 2\nimage: nginx\npath: /\n',
    'templates/web.yaml': WEB,
    'templates/test.yaml': WEB_TEST,
    'templates/NOTES.txt': 'It listens at {{ .Release.Name }}.\n',
  });

interface Revision {
  revision: number;
  status: string;
  description: string;
}
const history = async (release: string) => JSON.parse(await helmed('history', release, '-o', 'json')) as Revision[];
const deployment = (name: string) =>
  served.config.makeApiClient(AppsV1Api).readNamespacedDeployment({ namespace, name });

test('a release through its life: install, test, upgrade, history, rollback, uninstall', async () => {
  const dir = web();
  expect(await helmed('install', 'sea', dir, '--wait', '--timeout', '60s')).toContain('It listens at sea.');
  expect((await deployment('sea')).status?.readyReplicas).toBe(2);
  expect(await helmed('test', 'sea', '--logs')).toMatch(/Phase:\s+Succeeded[^]*Welcome to nginx!/);

  await helmed('upgrade', 'sea', dir, '--set', 'replicas=3', '--wait', '--timeout', '60s');
  expect((await deployment('sea')).status?.readyReplicas).toBe(3);
  await helmed('rollback', 'sea', '1', '--wait', '--timeout', '60s');
  expect((await deployment('sea')).spec?.replicas).toBe(2);
  expect((await history('sea')).map(({ revision, status, description }) => [revision, status, description])).toEqual([
    [1, 'superseded', 'Install complete'],
    [2, 'superseded', 'Upgrade complete'],
    [3, 'deployed', 'Rollback to 1'],
  ]);

  expect(JSON.parse(await helmed('list', '-A', '-o', 'json'))).toMatchObject([
    { name: 'sea', namespace: 'default', revision: '3', status: 'deployed', chart: 'web-0.1.0', app_version: '1' },
  ]);
  const all = await helmed('get', 'all', 'sea');
  for (const part of ['NAME: sea', 'COMPUTED VALUES:', 'HOOKS:', 'MANIFEST:', 'kind: Deployment', 'It listens at sea.'])
    expect(all).toContain(part);
  expect(await helmed('status', 'sea')).toContain('DESCRIPTION: Rollback to 1');

  expect(await helmed('uninstall', 'sea', '--wait', '--timeout', '60s')).toBe('release "sea" uninstalled\n');
  await expect(deployment('sea')).rejects.toMatchObject({ code: 404 });
  expect(JSON.parse(await helmed('list', '-A', '-o', 'json'))).toEqual([]);
});

test('a failing test of a release', async () => {
  await helmed('install', 'gulf', web(), '--wait', '--set', 'path=/nowhere', '--timeout', '60s');
  const { code, err } = await helm('test', 'gulf', '--timeout', '30s');
  expect(code).toBe(1);
  expect(err).toMatch(/pod gulf-test failed|failed/);
  await helmed('uninstall', 'gulf');
});

test('a dry run asks the server and changes nothing', async () => {
  const dir = chart('lookup', {
    'templates/map.yaml': `
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data:
  nodes: "{{ len (lookup "v1" "Node" "" "").items }}"
  version: {{ .Capabilities.KubeVersion.Version }}
  autoscaling: "{{ .Capabilities.APIVersions.Has "autoscaling/v2/HorizontalPodAutoscaler" }}"
`,
  });
  const out = await helmed('install', 'bay', dir, '--dry-run=server');
  expect(out).toContain('nodes: "3"');
  expect(out).toContain('version: v1.36');
  expect(out).toContain('autoscaling: "true"');
  expect(await helmed('list', '-q')).toBe('');
  await helmed('install', 'bay', dir);
  expect(await helmed('upgrade', 'bay', dir, '--dry-run=server')).toContain('STATUS: pending-upgrade');
  expect((await history('bay')).length).toBe(1);
  await helmed('uninstall', 'bay');
});

test('custom resources come before what is made of them, hooks in their order', async () => {
  const hook = (name: string, when: string, more = '') => `
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-${name}
  annotations: {helm.sh/hook: "${when}", helm.sh/hook-delete-policy: "before-hook-creation"${more}}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: busybox, command: [sh, -c, "echo ${name}; {{ .Values.hook }}"]}]
`;
  const dir = chart('fleet', {
    'values.yaml': 'hook: "true"\n',
    'crds/ships.yaml': `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ships.fleet.example.com}
spec:
  group: fleet.example.com
  scope: Namespaced
  names: {plural: ships, singular: ship, kind: Ship}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {crew: {type: integer}}}}}}
`,
    'templates/ship.yaml': `
apiVersion: fleet.example.com/v1
kind: Ship
metadata: {name: {{ .Release.Name }}}
spec: {crew: 50}
`,
    'templates/before.yaml': hook('before', 'pre-install,pre-upgrade', ', helm.sh/hook-weight: "1"'),
    'templates/after.yaml': hook('after', 'post-install'),
  });
  await helmed('install', 'argo', dir, '--wait', '--timeout', '60s');
  const core = served.config.makeApiClient(CoreV1Api);
  const jobs = await core.listNamespacedPod({ namespace, labelSelector: 'batch.kubernetes.io/job-name' });
  const ended = (name: string) =>
    jobs.items.find((p) => p.metadata?.name?.startsWith(name))?.status?.containerStatuses?.[0]?.state?.terminated
      ?.finishedAt;
  expect(Number(ended('argo-before'))).toBeLessThanOrEqual(Number(ended('argo-after')));
  expect(await helmed('get', 'hooks', 'argo')).toContain('argo-after');

  const { code, err } = await helm('upgrade', 'argo', dir, '--set', 'hook=false', '--timeout', '30s');
  expect(code).toBe(1);
  expect(err).toContain('UPGRADE FAILED: pre-upgrade hooks failed');
  expect((await history('argo')).map((r) => r.status)).toEqual(['deployed', 'failed']);
  await helmed('uninstall', 'argo');
});

test('an upgrade that does not become ready is taken back', async () => {
  const dir = web();
  await helmed('install', 'cape', dir, '--wait', '--timeout', '60s');
  const { code, err } = await helm(
    'upgrade',
    'cape',
    dir,
    '--set',
    'image=nginx:no-such-tag',
    '--rollback-on-failure',
    '--timeout',
    '5s',
  );
  expect(code).toBe(1);
  expect(err).toContain('release cape failed, and has been rolled back due to rollback-on-failure being set');
  expect((await history('cape')).map((r) => r.status)).toEqual(['superseded', 'failed', 'deployed']);
  const pod = (await deployment('cape')).spec?.template.spec;
  expect(pod?.containers[0]?.image).toBe('nginx');
  await helmed('uninstall', 'cape');
});

test('an install that fails leaves nothing when it must not', async () => {
  const { code } = await helm(
    'install',
    'reef',
    web(),
    '--set',
    'image=nginx:no-such-tag',
    '--rollback-on-failure',
    '--timeout',
    '5s',
  );
  expect(code).toBe(1);
  expect(await helmed('list', '-q')).toBe('');
  await eventually(() =>
    deployment('reef').then(
      () => false,
      () => true,
    ),
  );
});

test('what another manager owns is not taken without force', async () => {
  const dir = web();
  await helmed('install', 'isle', dir);
  const apps = served.config.makeApiClient(AppsV1Api);
  const body = [{ op: 'replace', path: '/spec/replicas', value: 5 }];
  await apps.patchNamespacedDeployment({ namespace, name: 'isle', body, fieldManager: 'somebody' });
  const { code, err } = await helm('upgrade', 'isle', dir, '--set', 'replicas=4');
  expect(code).toBe(1);
  expect(err).toMatch(/conflict with "somebody".*\.spec\.replicas/s);
  await helmed('upgrade', 'isle', dir, '--set', 'replicas=4', '--force-conflicts');
  expect((await deployment('isle')).spec?.replicas).toBe(4);
  await helmed('uninstall', 'isle');
});

test('objects that a release does not own stop it', async () => {
  await served.config
    .makeApiClient(CoreV1Api)
    .createNamespacedService({ namespace, body: { metadata: { name: 'mine' }, spec: { ports: [{ port: 80 }] } } });
  const { code, err } = await helm('install', 'mine', web());
  expect(code).toBe(1);
  expect(err).toContain('Service "mine" in namespace "default" exists and cannot be imported into the current release');
});

test('a namespace made for a release', async () => {
  await helmed('install', 'deep', web(), '-n', 'ocean', '--create-namespace');
  expect(await helmed('list', '-A')).toMatch(/deep\s+ocean\s+1\s/);
  await helmed('uninstall', 'deep', '-n', 'ocean');
});
