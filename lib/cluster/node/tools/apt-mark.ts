import { installedPackages, writePackages } from '../packages.ts';
import { notSimulatedTool, type NodeTool } from './node-tool.ts';

/** Keeps packages at their version (`hold`) or lets them move again (`unhold`). */
export const aptMark: NodeTool = {
  name: 'apt-mark',
  async run(args, io, { disk }) {
    const [command, ...names] = args.filter((a) => !a.startsWith('-'));
    const packages = installedPackages(disk);
    if (command === 'showhold' || command === 'showholds') {
      const held = packages.filter((p) => p.hold && (names.length === 0 || names.includes(p.name)));
      await io.out(held.map((p) => `${p.name}\n`).join(''));
      return 0;
    }
    if (command !== 'hold' && command !== 'unhold')
      return command === undefined
        ? io.fail(1, 'apt-mark 2.6.1 (amd64)\nUsage: apt-mark [options] {auto|manual} pkg1 [pkg2 ...]\n')
        : notSimulatedTool(io, 'apt-mark', command);
    const missing = names.filter((name) => !packages.some((p) => p.name === name));
    if (missing.length) return io.fail(100, missing.map((name) => `E: Unable to locate package ${name}\n`).join(''));
    if (names.length === 0) return io.fail(100, 'E: No packages found\n');
    if (io.call.uid !== 0)
      return io.fail(
        100,
        'E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?\n',
      );
    const hold = command === 'hold';
    for (const name of names) {
      const before = packages.find((p) => p.name === name);
      if (before?.hold === hold) await io.out(`${name} was already ${hold ? 'set' : 'not'} on hold.\n`);
      else await io.out(hold ? `${name} set on hold.\n` : `Canceled hold on ${name}.\n`);
    }
    writePackages(
      disk,
      packages.map((p) => (names.includes(p.name) ? { ...p, hold } : p)),
    );
    return 0;
  },
};
