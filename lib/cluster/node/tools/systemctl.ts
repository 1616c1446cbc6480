import { filesOf, KNOWN_UNITS, unitFile, type UnitName } from '../unit-files.ts';
import type { NodeTool, ToolContext } from './node-tool.ts';
import { formatEntry } from './journalctl.ts';

function find(name: string): UnitName | undefined {
  const full = name.includes('.') ? name : `${name}.service`;
  return KNOWN_UNITS.find((unit) => unit === full);
}

function since(ms: number, now: number): string {
  const seconds = Math.round((now - ms) / 1000);
  const day = new Date(ms).toUTCString().slice(0, 3);
  const ago =
    seconds < 60
      ? `${seconds}s`
      : seconds < 3600
        ? `${Math.floor(seconds / 60)}min ${seconds % 60}s`
        : `${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}min`;
  return `${day} ${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC; ${ago} ago`;
}

function status(unit: UnitName, { units, disk, clock, name }: ToolContext): string {
  const state = units.state(unit);
  const enabled = units.enabled(unit) ? 'enabled' : 'disabled';
  const dropIns = filesOf(disk, unit).slice(1);
  const description =
    unit === 'kubelet.service' ? 'kubelet: The Kubernetes Node Agent' : 'containerd container runtime';
  const words = {
    active: 'active (running)',
    inactive: 'inactive (dead)',
    failed: 'failed (Result: exit-code)',
    activating: 'activating (auto-restart) (Result: exit-code)',
  };
  const dot = state.active === 'active' ? '●' : state.active === 'inactive' ? '○' : '●';
  const lines = [
    `${dot} ${unit} - ${description}`,
    `     Loaded: loaded (${filesOf(disk, unit)[0] ?? unitFile(unit)}; ${enabled}; preset: enabled)`,
    ...(dropIns.length
      ? [
          `    Drop-In: ${dropIns[0]?.slice(0, dropIns[0].lastIndexOf('/')) ?? ''}`,
          ...dropIns.map((path) => `             └─${path.split('/').at(-1)}`),
        ]
      : []),
    `     Active: ${words[state.active]} since ${since(state.since, clock.now())}`,
    ...(state.active === 'active' || state.exitCode !== undefined
      ? [
          `   Main PID: ${state.pid}${state.exitCode === undefined ? ` (${unit.split('.')[0]})` : ` (code=exited, status=${state.exitCode}/FAILURE)`}`,
        ]
      : []),
    '',
    ...units.journal
      .filter((e) => e.unit === unit)
      .slice(-10)
      .map((e) => formatEntry(e, name)),
  ];
  return `${lines.join('\n')}\n`;
}

export const systemctl: NodeTool = {
  name: 'systemctl',
  async run(args, io, context) {
    const { units } = context;
    const operands = args.filter((a) => !a.startsWith('-'));
    const [verb = 'status', ...names] = operands;
    if (verb === 'daemon-reload' || verb === 'reset-failed') return 0;
    if (verb === 'list-units' || verb === 'list-unit-files') {
      await io.out(
        `  UNIT               LOAD   ACTIVE   SUB     DESCRIPTION\n${KNOWN_UNITS.map((u) => `  ${u.padEnd(18)} loaded ${units.state(u).active.padEnd(8)} running ${u}\n`).join('')}`,
      );
      return 0;
    }
    if (io.call.uid !== 0 && ['start', 'stop', 'restart', 'enable', 'disable'].includes(verb)) {
      await io.err(`Failed to ${verb} ${names[0]}.service: Access denied\n`);
      return 1;
    }
    let code = 0;
    for (const name of names) {
      const unit = find(name);
      if (!unit) {
        await io.err(
          `${verb === 'status' ? 'Unit' : `Failed to ${verb} ${name.includes('.') ? name : `${name}.service`}: Unit`} ${name.includes('.') ? name : `${name}.service`} ${verb === 'status' ? 'could not be found' : 'not found'}.\n`,
        );
        return verb === 'status' ? 4 : 5;
      }
      const now = args.includes('--now');
      switch (verb) {
        case 'start':
          units.start(unit);
          break;
        case 'stop':
          units.halt(unit);
          break;
        case 'restart':
        case 'reload-or-restart':
        case 'try-restart':
          units.halt(unit);
          units.start(unit);
          break;
        case 'enable':
          if (!units.enabled(unit))
            await io.err(`Created symlink /etc/systemd/system/multi-user.target.wants/${unit} → ${unitFile(unit)}.\n`);
          units.enable(unit);
          if (now) units.start(unit);
          break;
        case 'disable':
          if (units.enabled(unit)) await io.err(`Removed "/etc/systemd/system/multi-user.target.wants/${unit}".\n`);
          units.disable(unit);
          if (now) units.halt(unit);
          break;
        case 'is-active':
          if (!args.includes('-q') && !args.includes('--quiet')) await io.out(`${units.state(unit).active}\n`);
          if (units.state(unit).active !== 'active') code = 3;
          break;
        case 'is-enabled':
          await io.out(units.enabled(unit) ? 'enabled\n' : 'disabled\n');
          if (!units.enabled(unit)) code = 1;
          break;
        case 'cat':
          await io.out(
            filesOf(context.disk, unit)
              .map((path) => `# ${path}\n${context.disk.read(path) ?? ''}`)
              .join('\n'),
          );
          break;
        case 'status':
          await io.out(status(unit, context));
          if (units.state(unit).active !== 'active') code = 3;
          break;
        default:
          await io.err(`Unknown command verb '${verb}'.\n`);
          return 1;
      }
    }
    return code;
  },
};
