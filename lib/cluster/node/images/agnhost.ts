import { curl } from '../runtime/programs/curl.ts';
import { dig } from '../runtime/programs/dig.ts';
import { getent } from '../runtime/programs/getent.ts';
import { userland } from '../runtime/programs/index.ts';
import type { Program } from '../runtime/process.ts';
import { guestbook } from './agnhost/guestbook.ts';
import { LOCALHOST_CERT, LOCALHOST_KEY } from './agnhost/localhost-pair.ts';
import { mounttest } from './agnhost/mounttest.ts';
import { netexec } from './agnhost/netexec.ts';
import { connect, dnsServerList, dnsSuffix, entrypointTester, etcHosts, logsGenerator } from './agnhost/printers.ts';
import {
  grpcHealthChecking,
  liveness,
  nettest,
  pause,
  porter,
  serveHostname,
  testWebserver,
} from './agnhost/servers.ts';
import { webhook } from './agnhost/webhook.ts';
import { BASE_FILES } from './base-files.ts';
import { defineImage } from './image.ts';

const SUBCOMMANDS: Readonly<Record<string, Program>> = {
  connect,
  'dns-server-list': dnsServerList,
  'dns-suffix': dnsSuffix,
  'entrypoint-tester': entrypointTester,
  'etc-hosts': etcHosts,
  'grpc-health-checking': grpcHealthChecking,
  guestbook,
  liveness,
  'logs-generator': logsGenerator,
  mounttest,
  netexec,
  nettest,
  pause,
  porter,
  'serve-hostname': serveHostname,
  'test-webserver': testWebserver,
  webhook,
};

/** What the Go runtime ends a program with that a signal ends, when it is a container's first process. */
const ENDED_BY_SIGNAL = 2;

/** The image of Kubernetes' own tests: one program with many subcommands. */
const program: Program = async (p, args) => {
  const [name = '', ...rest] = args;
  const subcommand = SUBCOMMANDS[name];
  if (!subcommand) {
    await p.warn(`Error: agnhost ${name} is not simulated\nRun 'agnhost --help' for usage.\n`);
    return 1;
  }
  for (const signal of ['TERM', 'INT'] as const) p.on(signal, () => p.end({ code: ENDED_BY_SIGNAL }));
  return subcommand(p, rest);
};

export const agnhost = defineImage({
  repository: 'registry.k8s.io/e2e-test-images/agnhost',
  tags: ['2.55', '2.56', '2.57', '2.59', '2.61', '2.62.0', '2.63.0'],
  size: 52_000_000,
  entrypoint: ['/agnhost'],
  cmd: ['pause'],
  programs: new Map([
    ...userland({ bash: false, network: true }),
    ['/usr/bin/curl', curl],
    ['/usr/bin/dig', dig],
    ['/usr/bin/getent', getent],
    ['/agnhost', program],
    ['/agnhost-2', program],
  ]),
  files: {
    ...BASE_FILES,
    '/localhost.crt': LOCALHOST_CERT,
    '/localhost.key': LOCALHOST_KEY,
    '/uploads/': { mode: 0o755 },
  },
  usage: { memory: 6_000_000, cpu: 100_000 },
});
