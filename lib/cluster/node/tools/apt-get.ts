import { firstLine } from './first-line.ts';
import {
  availableVersions,
  compareVersions,
  installedPackages,
  KNOWN,
  sourcesOf,
  updateLists,
  writePackages,
  type Available,
  type Package,
} from '../packages.ts';
import { notSimulatedTool, type NodeTool, type ToolContext, type ToolIo } from './node-tool.ts';

const READING = 'Reading package lists... Done\nBuilding dependency tree... Done\nReading state information... Done\n';
const REPOSITORY = 'https://prod-cdn.packages.k8s.io/repositories/isv:/kubernetes:/core:/stable:';

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** What is to become of one package. */
interface Change {
  name: string;
  from: Package | undefined;
  to: Available;
}

const isDowngrade = ({ from, to }: Change) => from !== undefined && compareVersions(to.version, from.version) < 0;

function lacksRoot(io: ToolIo, file: string): Promise<number> {
  return io.fail(
    100,
    `E: Could not open lock file ${file} - open (13: Permission denied)\nE: Unable to acquire the dpkg frontend lock (${file}), are you root?\n`,
  );
}

async function update(tool: string, io: ToolIo, { disk }: ToolContext): Promise<number> {
  if (io.call.uid !== 0) {
    await io.out('Reading package lists... Done\n');
    return io.fail(
      100,
      'E: Could not open lock file /var/lib/apt/lists/lock - open (13: Permission denied)\nE: Unable to lock directory /var/lib/apt/lists/\n',
    );
  }
  const minors = sourcesOf(disk);
  updateLists(disk, minors);
  await io.out(minors.map((minor, i) => `Hit:${i + 1} ${REPOSITORY}/${minor}/deb  InRelease\n`).join(''));
  await io.out(tool === 'apt' ? READING : 'Reading package lists... Done\n');
  return 0;
}

/** A word of `apt-get install`: `kubeadm`, `kubeadm=1.36.3-1.1`, `kubeadm='1.36.3-*'`. */
function wanted(disk: ToolContext['disk'], word: string, installed: readonly Package[]): Change | string {
  const [name = '', version] = word.split('=', 2);
  const versions = availableVersions(disk, name);
  const from = installed.find((p) => p.name === name);
  if (!(name in KNOWN) || (versions.length === 0 && !from)) return `E: Unable to locate package ${name}`;
  const pattern =
    version === undefined ? undefined : new RegExp(`^${version.replace(/[.+]/g, '\\$&').replaceAll('*', '.*')}$`);
  const newest = versions.find(({ version: v }) =>
    pattern ? pattern.test(v) : !from || compareVersions(v, from.version) >= 0,
  );
  if (newest) return { name, from, to: newest };
  if (pattern) return `E: Version '${version}' for '${name}' was not found`;
  return { name, from, to: { version: from?.version ?? '', minor: '' } };
}

const listing = (title: string, changes: readonly { name: string }[]) =>
  changes.length ? `${title}\n  ${changes.map((c) => c.name).join(' ')}\n` : '';

async function install(
  words: readonly string[],
  flags: ReadonlySet<string>,
  io: ToolIo,
  context: ToolContext,
): Promise<number> {
  if (io.call.uid !== 0) return lacksRoot(io, '/var/lib/dpkg/lock-frontend');
  const { disk } = context;
  const installed = installedPackages(disk);
  await io.out(READING);
  const all = words.map((word) => wanted(disk, word, installed));
  const faults = all.filter((w) => typeof w === 'string');
  if (faults.length) return io.fail(100, faults.map((fault) => `${fault}\n`).join(''));
  const plans = all.filter((w) => typeof w !== 'string');
  const changes = plans.filter(({ from, to }) => from?.version !== to.version);
  for (const { name, to } of plans.filter((plan) => !changes.includes(plan)))
    await io.out(`${name} is already the newest version (${to.version}).\n`);
  const upgraded = changes.filter((c) => c.from && !isDowngrade(c));
  const downgraded = changes.filter(isDowngrade);
  const added = changes.filter((c) => !c.from);
  const held = changes.filter((c) => c.from?.hold);
  const rest = installed.filter((p) => {
    const newest = availableVersions(disk, p.name)[0];
    return newest && compareVersions(newest.version, p.version) > 0 && !changes.some((c) => c.name === p.name);
  });
  await io.out(
    listing('The following held packages will be changed:', held) +
      listing('The following NEW packages will be installed:', added) +
      listing('The following packages will be upgraded:', upgraded) +
      listing('The following packages will be DOWNGRADED:', downgraded) +
      `${upgraded.length} upgraded, ${added.length} newly installed, ${downgraded.length ? `${downgraded.length} downgraded, ` : ''}0 to remove and ${rest.length} not upgraded.\n`,
  );
  if (changes.length === 0) return 0;
  const yes = flags.has('y');
  if (yes && held.length && !flags.has('allow-change-held-packages'))
    return io.fail(100, 'E: Held packages were changed and -y was used without --allow-change-held-packages.\n');
  if (yes && downgraded.length && !flags.has('allow-downgrades'))
    return io.fail(100, 'E: Packages were downgraded and -y was used without --allow-downgrades.\n');
  const size = changes.reduce((sum, c) => sum + (KNOWN[c.name]?.size ?? 0), 0);
  await io.out(
    `Need to get ${megabytes(size)} of archives.\nAfter this operation, 0 B of additional disk space will be used.\n`,
  );
  if (!yes && (held.length || downgraded.length)) {
    await io.out('Do you want to continue? [Y/n] ');
    if (!/^(y|yes)?$/i.test(await firstLine(io))) {
      await io.out('Abort.\n');
      return 1;
    }
  }
  if (flags.has('dry-run')) return 0;
  for (const [i, { name, to }] of changes.entries())
    await io.out(
      `Get:${i + 1} ${REPOSITORY}/${to.minor}/deb  ${name} ${to.version} [${megabytes(KNOWN[name]?.size ?? 0)}]\n`,
    );
  await io.out(
    `Fetched ${megabytes(size)} in 0s (48.2 MB/s)\n(Reading database ... 74557 files and directories currently installed.)\n`,
  );
  for (const { name, from, to } of changes)
    await io.out(
      `Preparing to unpack .../${name}_${to.version}_amd64.deb ...\nUnpacking ${name} (${to.version})${from ? ` over (${from.version})` : ''} ...\n`,
    );
  for (const { name, to } of changes) await io.out(`Setting up ${name} (${to.version}) ...\n`);
  const kept = installed.filter((p) => !changes.some((c) => c.name === p.name));
  writePackages(disk, [
    ...kept,
    ...changes.map((c) => ({ name: c.name, version: c.to.version, hold: c.from?.hold ?? false })),
  ]);
  return 0;
}

async function upgradable(io: ToolIo, { disk }: ToolContext): Promise<number> {
  await io.out('Listing... Done\n');
  for (const { name, version } of installedPackages(disk)) {
    const newest = availableVersions(disk, name)[0];
    if (newest && compareVersions(newest.version, version) > 0)
      await io.out(`${name}/unknown ${newest.version} amd64 [upgradable from: ${version}]\n`);
  }
  return 0;
}

const LETTERS: Record<string, string> = { yes: 'y', 'assume-yes': 'y', simulate: 'dry-run', s: 'dry-run' };

function packageManager(name: 'apt' | 'apt-get'): NodeTool {
  return {
    name,
    async run(args, io, context) {
      const flags = new Set<string>();
      const words: string[] = [];
      for (const arg of args) {
        if (arg.startsWith('--')) flags.add(LETTERS[arg.slice(2)] ?? arg.slice(2));
        else if (arg.startsWith('-')) for (const letter of arg.slice(1)) flags.add(LETTERS[letter] ?? letter);
        else words.push(arg);
      }
      const [command, ...rest] = words;
      if (command === 'update') return update(name, io, context);
      if (command === 'install') return install(rest, flags, io, context);
      if (command === 'list' && flags.has('upgradable')) return upgradable(io, context);
      if (command === undefined) return io.fail(1, `${name} 2.6.1 (amd64)\nUsage: ${name} [options] command\n`);
      if (
        [
          'upgrade',
          'dist-upgrade',
          'full-upgrade',
          'remove',
          'purge',
          'autoremove',
          'download',
          'source',
          'list',
          'clean',
        ].includes(command)
      )
        return notSimulatedTool(io, name, command);
      return io.fail(100, `E: Invalid operation ${command}\n`);
    },
  };
}

export const aptGet = packageManager('apt-get');
export const apt = packageManager('apt');
