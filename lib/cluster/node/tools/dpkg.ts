import { installedPackages, KNOWN, paragraph, type Package } from '../packages.ts';
import { notSimulatedTool, type NodeTool, type ToolContext, type ToolIo } from './node-tool.ts';

const HEADER = [
  'Desired=Unknown/Install/Remove/Purge/Hold',
  '| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend',
  '|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)',
];

const matches = (name: string, patterns: readonly string[]) =>
  patterns.length === 0 ||
  patterns.some((p) =>
    new RegExp(`^${p.replace(/[.+]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name),
  );

/** `dpkg -l`. */
async function table(io: ToolIo, { disk }: ToolContext, patterns: readonly string[]): Promise<number> {
  const found = installedPackages(disk).filter((p) => matches(p.name, patterns));
  if (found.length === 0)
    return io.fail(1, patterns.map((p) => `dpkg-query: no packages found matching ${p}\n`).join(''));
  const rows = found.map((p) => [p.name, p.version, 'amd64', KNOWN[p.name]?.about ?? '']);
  const least = [14, 12, 12, 33];
  const widths = least.map((width, i) => Math.max(width, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join(' ')
      .trimEnd();
  await io.out(
    [
      ...HEADER,
      `||/ ${line(['Name', 'Version', 'Architecture', 'Description'])}`,
      `+++-${widths.map((width) => '='.repeat(width)).join('-')}`,
      ...found.map((p, i) => `${p.hold ? 'hi' : 'ii'}  ${line(rows[i] ?? [])}`),
      '',
    ].join('\n'),
  );
  return 0;
}

async function details(io: ToolIo, packages: readonly Package[], names: readonly string[]): Promise<number> {
  let status = 0;
  for (const [i, name] of names.entries()) {
    const found = packages.find((p) => p.name === name);
    if (found) await io.out(`${i > 0 ? '\n' : ''}${paragraph(found)}`);
    else
      status = await io.fail(
        1,
        `dpkg-query: package '${name}' is not installed and no information is available\nUse dpkg --info (= dpkg-deb --info) to examine archive files.\n`,
      );
  }
  return status;
}

function query(name: 'dpkg' | 'dpkg-query'): NodeTool {
  return {
    name,
    async run(args, io, context) {
      const packages = installedPackages(context.disk);
      const words = args.filter((a) => !a.startsWith('-'));
      const has = (...flags: string[]) => args.some((a) => flags.includes(a));
      if (has('-l', '--list')) return table(io, context, words);
      if (has('-s', '--status')) return details(io, packages, words);
      if (has('-W', '--show')) {
        const format = /^(?:-f=?|--showformat=)(.*)$/s.exec(
          args.find((a) => /^(-f.|--showformat=)/.test(a)) ?? '',
        )?.[1];
        const fields = ({ name: Package, version: Version, hold }: Package): Record<string, string> => ({
          Package,
          Version,
          Architecture: 'amd64',
          Status: `${hold ? 'hold' : 'install'} ok installed`,
        });
        const found = packages.filter((p) => matches(p.name, words));
        for (const p of found)
          await io.out(
            (format ?? '${Package}\t${Version}\n')
              .replace(/\\n/g, '\n')
              .replace(/\\t/g, '\t')
              .replace(/\$\{(\w+)(?:;-?\d+)?\}/g, (_, field: string) => fields(p)[field] ?? ''),
          );
        return found.length > 0
          ? 0
          : io.fail(1, words.map((w) => `dpkg-query: no packages found matching ${w}\n`).join(''));
      }
      if (has('--get-selections')) {
        await io.out(packages.map((p) => `${p.name.padEnd(47)} ${p.hold ? 'hold' : 'install'}\n`).join(''));
        return 0;
      }
      if (has('--print-architecture')) {
        await io.out('amd64\n');
        return 0;
      }
      if (args.length === 0) return io.fail(2, `${name}: error: need an action option\n`);
      return notSimulatedTool(io, name, args[0] ?? '');
    },
  };
}

export const dpkg = query('dpkg');
export const dpkgQuery = query('dpkg-query');
