import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import { createServer, connect } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Attach, Cp, CoreV1Api, Exec, Log, PortForward, type V1Status } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, runPod, serveCluster, type ServedCluster } from './fixture.ts';

const namespace = 'default';

let served: ServedCluster;

beforeAll(async () => {
  served = await serveCluster();
  await runPod(served.config, 'shell', { image: 'busybox', command: ['sleep', '1d'] });
  await runPod(served.config, 'echo', {
    image: 'busybox',
    command: ['sh', '-c', 'while read line; do echo "<$line>"; done'],
    stdin: true,
  });
  await runPod(served.config, 'web', { image: 'nginx', ports: [{ containerPort: 80 }] });
});
afterAll(() => served.close());

/** A stream that keeps what is written to it. */
function collector() {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (part: Buffer) => (text += part.toString()));
  return { stream, text: () => text };
}

/** Runs a command and waits for its end. */
async function exec(command: string[], stdin?: PassThrough, tty = false) {
  const out = collector();
  const err = collector();
  let status: V1Status | undefined;
  await new Exec(served.config).exec(
    namespace,
    'shell',
    'main',
    command,
    out.stream,
    err.stream,
    stdin ?? null,
    tty,
    (s) => (status = s),
  );
  const ended = await eventually(() => status);
  return { out: out.text(), err: err.text(), status: ended };
}

test('exec tells output, errors and the exit status', async () => {
  const { out, err, status } = await exec(['sh', '-c', 'echo fine; echo wrong >&2; exit 3']);
  expect({ out, err }).toEqual({ out: 'fine\n', err: 'wrong\n' });
  expect(status).toMatchObject({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: 'command terminated with non-zero exit code: exit status 3',
    details: { causes: [{ reason: 'ExitCode', message: '3' }] },
  });
  expect((await exec(['true'])).status).toMatchObject({ status: 'Success' });
});

test('exec takes input to its end', async () => {
  const stdin = new PassThrough();
  const running = exec(['sh', '-c', 'wc -c'], stdin);
  stdin.write('a'.repeat(100_000));
  stdin.end('b');
  expect((await running).out.trim()).toBe('100001');
});

test('exec on a terminal', async () => {
  const { out, status } = await exec(['sh', '-c', 'test -t 0 && test -t 1 && echo terminal'], new PassThrough(), true);
  expect(out).toBe('terminal\r\n');
  expect(status.status).toBe('Success');
});

test('exec of what is not there', async () => {
  const { status } = await exec(['no-such-program']);
  expect(status.status).toBe('Failure');
  expect(status.message).toContain('executable file not found in $PATH');
});

test('attach to a running program', async () => {
  const stdin = new PassThrough();
  const out = collector();
  const socket = await new Attach(served.config).attach(namespace, 'echo', 'main', out.stream, null, stdin, false);
  stdin.write('hello\nthere\n');
  await eventually(() => out.text().includes('<there>'));
  expect(out.text()).toBe('<hello>\n<there>\n');
  socket.close();
});

test('files are copied to a container and back', async () => {
  const from = join(served.dir, 'from');
  const to = join(served.dir, 'to');
  mkdirSync(join(from, 'charts'), { recursive: true });
  mkdirSync(to);
  const depths = Array.from({ length: 20_000 }, (_, i) => `${i}`).join('\n');
  writeFileSync(join(from, 'charts', 'depths.txt'), depths);
  const cp = new Cp(served.config);
  await cp.cpToPod(namespace, 'shell', 'main', from, '/tmp');
  await eventually(async () =>
    (await exec(['wc', '-c', '/tmp/charts/depths.txt'])).out.startsWith(String(depths.length)),
  );
  await cp.cpFromPod(namespace, 'shell', 'main', 'charts', to, '/tmp');
  const back = await eventually(() => {
    const text = readFileSync(join(to, 'charts', 'depths.txt'), 'utf8');
    return text.length >= depths.length && text;
  });
  expect(back).toBe(depths);
});

test('a port of a pod is forwarded, connection by connection', async () => {
  const forward = new PortForward(served.config);
  const server = createServer((socket) => {
    void forward.portForward(namespace, 'web', [80], socket, null, socket);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const get = (path: string) =>
    new Promise<string>((done, fail) => {
      let answer = '';
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(`GET ${path} HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n`),
      );
      socket.on('data', (part) => {
        answer += part.toString();
        if (answer.includes('</html>')) done(answer);
      });
      socket.on('error', fail);
    });
  const [found, missing] = await Promise.all([get('/'), get('/nowhere')]);
  expect(found).toContain('Welcome to nginx!');
  expect(missing).toContain('404 Not Found');
  server.close();
});

test('pages of a pod are had through the API server, over TLS as well', async () => {
  const args = [
    'netexec',
    '--http-port=8443',
    '--tls-cert-file=/localhost.crt',
    '--tls-private-key-file=/localhost.key',
  ];
  await runPod(served.config, 'secure', { image: 'registry.k8s.io/e2e-test-images/agnhost:2.59', args });
  const { server = '' } = served.config.getCurrentCluster() ?? {};
  const tls: RequestOptions = {};
  await served.config.applyToHTTPSOptions(tls);
  const get = (path: string) =>
    new Promise<{ status: number | undefined; location: string | undefined; text: string }>((done, fail) => {
      const asked = request(`${server}/api/v1/namespaces/default/pods/${path}`, { ...tls, agent: false }, (answer) => {
        let text = '';
        answer.on('data', (part: Buffer) => (text += part.toString()));
        answer.on('end', () => done({ status: answer.statusCode, location: answer.headers.location, text }));
      });
      asked.on('error', fail);
      asked.end();
    });
  expect(await get('web:80/proxy?a=b')).toMatchObject({
    status: 301,
    location: '/api/v1/namespaces/default/pods/web:80/proxy/?a=b',
  });
  expect((await get('web:80/proxy/')).text).toMatch(/Welcome to nginx!/);
  expect(await get('https:secure:8443/proxy/hostname')).toMatchObject({ status: 200, text: 'secure' });
  expect((await get('secure:8443/proxy/hostname')).status).toBe(400);
});

test('a log is followed until the program ends', async () => {
  const core = served.config.makeApiClient(CoreV1Api);
  const command = ['sh', '-c', 'for i in 1 2 3; do echo "tick $i"; sleep 1; done'];
  await core.createNamespacedPod({
    namespace,
    body: {
      metadata: { name: 'ticker' },
      spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox', command }] },
    },
  });
  const phase = async () => (await core.readNamespacedPod({ namespace, name: 'ticker' })).status?.phase;
  await eventually(async () => (await phase()) === 'Running');
  const all = collector();
  let ended = false;
  all.stream.on('finish', () => (ended = true));
  await new Log(served.config).log(namespace, 'ticker', 'main', all.stream, { follow: true });
  await eventually(() => all.text().includes('tick 2'));
  expect({ ended, text: all.text() }).toEqual({ ended: false, text: 'tick 1\ntick 2\n' });
  await eventually(() => ended);
  expect(all.text()).toBe('tick 1\ntick 2\ntick 3\n');
  const tail = await core.readNamespacedPodLog({ namespace, name: 'ticker', tailLines: 1, timestamps: true });
  expect(tail).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z tick 3\n$/);
});
