import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLab, until, type Lab } from './fixture.ts';

let lab: Lab;
beforeAll(() => {
  lab = openLab();
});
afterAll(() => lab.close());

test('curl reaches any address and port of the simulated network', async () => {
  const { said } = await lab.candidate(
    'node01',
    'curl -sS http://10.244.1.5; curl -sS http://10.96.7.7; curl -sS http://172.30.1.2; wget -qO- http://controlplane',
  );
  expect(said).toBe(
    '10.244.1.5 asked by node01, 0 bytes\n10.96.7.7 asked by node01, 0 bytes\n172.30.1.2 asked by node01, 0 bytes\n172.30.1.2 asked by node01, 0 bytes\n',
  );
});

test('what is refused, unreachable or silent there is so here', async () => {
  const line = (url: string) => `curl -s -m 0.5 -o /dev/null -w '%{errormsg}\\n' ${url}`;
  const { stdout } = await lab.candidate(
    'node01',
    [line('10.244.1.5:81'), line('10.244.9.1'), line('10.244.9.2')].join('; '),
  );
  expect(stdout.split('\n').map((l) => l.replace(/\d+ ms|\d+ milliseconds/, 'N ms'))).toEqual([
    "Failed to connect to 10.244.1.5 port 81 after N ms: Couldn't connect to server",
    "Failed to connect to 10.244.9.1 port 80 after N ms: Couldn't connect to server",
    'Connection timed out after N ms',
    '',
  ]);
  const perl = (host: string, port: number) =>
    `perl -MIO::Socket::INET -e 'IO::Socket::INET->new("${host}:${port}") or print "$!\\n"'`;
  const why = await lab.candidate('node01', `${perl('10.244.1.5', 81)}; ${perl('10.244.9.1', 80)}`);
  expect(why.stdout).toBe('Connection refused\nNo route to host\n');
});

test('large bodies arrive whole both ways, many at once', async () => {
  const { stdout } = await lab.candidate(
    'node01',
    `head -c 3000000 /dev/zero > /tmp/up; for i in 1 2 3 4; do curl -sS http://10.244.1.$i/5000000 | wc -c & done; wait; curl -sS -H Expect: --data-binary @/tmp/up http://10.244.1.5`,
  );
  expect(stdout).toBe('5000000\n'.repeat(4) + '10.244.1.5 asked by node01, 3000000 bytes\n');
});

test('the API is at the control plane, refused while it is down', async () => {
  const get = 'curl -sS -m 2 http://172.30.1.2:6443 2>&1; curl -sS -m 2 http://127.0.0.1:6443 2>&1';
  const apiOnControlPlane = async () => (await lab.root('controlplane', get)).said;
  await until('both addresses answer', async () => (await apiOnControlPlane()) === 'api\napi\n');
  expect(
    (await lab.candidate('node01', 'curl -sS http://172.30.1.2:6443; curl -s http://127.0.0.1:6443; echo $?')).said,
  ).toBe('api\n7\n');
  await lab.cluster.setServing(false);
  await until('the control plane refuses', async () => /^(curl: \(7\) .*\n){2}$/.test(await apiOnControlPlane()));
  const { said } = await lab.candidate('controlplane', 'kubectl get nodes');
  expect(said).toContain(
    'The connection to the server 172.30.1.2:6443 was refused - did you specify the right host or port?',
  );
  await lab.cluster.setServing(true);
  await until('the control plane answers again', async () => (await apiOnControlPlane()) === 'api\napi\n');
});

test("loopback is the host's own", async () => {
  const { stdout } = await lab.candidate(
    'node01',
    `perl -MIO::Socket::INET -e '
    my $l = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1", LocalPort => 8080) or die;
    if (!fork) { my $c = IO::Socket::INET->new("127.0.0.1:8080"); print $c "hi"; exit }
    my $c = $l->accept; print <$c>, "\\n"'`,
  );
  expect(stdout).toBe('hi\n');
});

test('the first command finds the API, however long its socket takes to appear', async () => {
  const slow = openLab();
  const listen = slow.cluster.listen.bind(slow.cluster);
  slow.cluster.listen = async (at) => {
    await pause(400);
    return listen(at);
  };
  expect((await slow.root('controlplane', 'curl -sS http://127.0.0.1:6443')).said).toBe('api\n');
  await slow.close();
});
