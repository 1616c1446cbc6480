import { availableVersions, installedPackages, KNOWN } from '../packages.ts';
import { notSimulatedTool, type NodeTool } from './node-tool.ts';

const repository = (minor: string) => `https://pkgs.k8s.io/core:/stable:/${minor}/deb  Packages`;

/** Which versions of a package there are: `madison`, `policy`. */
export const aptCache: NodeTool = {
  name: 'apt-cache',
  async run(args, io, { disk }) {
    const [command, ...names] = args.filter((a) => !a.startsWith('-'));
    if (command === 'madison') {
      for (const name of names) {
        const versions = availableVersions(disk, name);
        if (versions.length === 0 && !(name in KNOWN)) await io.err(`N: Unable to locate package ${name}\n`);
        for (const { version, minor } of versions)
          await io.out(`${name.padStart(10)} | ${version} | ${repository(minor)}\n`);
      }
      return 0;
    }
    if (command === 'policy') {
      for (const name of names) {
        const versions = availableVersions(disk, name);
        const current = installedPackages(disk).find((p) => p.name === name)?.version;
        if (versions.length === 0 && current === undefined) {
          await io.err(`N: Unable to locate package ${name}\n`);
          continue;
        }
        await io.out(
          `${name}:\n  Installed: ${current ?? '(none)'}\n  Candidate: ${versions[0]?.version ?? current ?? '(none)'}\n  Version table:\n`,
        );
        const shown =
          versions.some((v) => v.version === current) || current === undefined
            ? versions
            : [...versions, { version: current, minor: '' }];
        for (const { version, minor } of shown) {
          await io.out(`${version === current ? ' ***' : '    '} ${version} ${minor ? 500 : 100}\n`);
          if (minor) await io.out(`        500 ${repository(minor)}\n`);
          if (version === current) await io.out('        100 /var/lib/dpkg/status\n');
        }
      }
      return 0;
    }
    return command === undefined
      ? io.fail(1, 'apt-cache 2.6.1 (amd64)\nUsage: apt-cache [options] command\n')
      : notSimulatedTool(io, 'apt-cache', command);
  },
};
