import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { askControl } from './control.ts';
import { isAccount } from './host.ts';

const USAGE = `usage: npm run --silent shell -- --dir DIR [--host NODE] [--user NAME] -- COMMAND…

Runs COMMAND (an interactive shell without one) on a host of the running cluster that holds DIR.
  --dir DIR    the folder that 'npm run cluster' was started with
  --host NODE  the control plane unless given
  --user NAME  root (unless given) or candidate`;

interface ShellOptions {
  dir: string;
  host: string | undefined;
  user: string;
  command: string[];
}

function parse(argv: readonly string[]): ShellOptions | string {
  const cut = argv.indexOf('--');
  const options = cut < 0 ? argv : argv.slice(0, cut);
  try {
    const { values, positionals } = parseArgs({
      args: [...options],
      allowPositionals: true,
      options: { dir: { type: 'string' }, host: { type: 'string' }, user: { type: 'string', default: 'root' } },
    });
    if (values.dir === undefined) return '--dir is missing';
    return {
      dir: values.dir,
      host: values.host,
      user: values.user,
      command: [...positionals, ...(cut < 0 ? [] : argv.slice(cut + 1))],
    };
  } catch (err) {
    return err instanceof Error ? err.message : String(err);
  }
}

/** The command `npm run shell`; resolves with its exit status. Standard streams go to the command itself, untouched. */
export async function shell(argv: readonly string[], term: string): Promise<number> {
  const options = parse(argv);
  if (typeof options === 'string' || !isAccount(options.user)) {
    console.error(
      `${typeof options === 'string' ? options : `there is no user ${JSON.stringify(options.user)}`}\n\n${USAGE}`,
    );
    return 2;
  }
  const { dir, host, user, command } = options;
  try {
    const { file, args, env } = await askControl(dir, {
      ...(host === undefined ? {} : { host }),
      account: user,
      argv: command.length > 0 ? command : ['bash', '-l'],
      term,
    });
    const child = spawn(file, args, { env: env as NodeJS.ProcessEnv, stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)
      process.on(signal, () => {
        // ^C reaches the command by itself when it has the terminal; this process only must not end before it.
        if (signal !== 'SIGINT' && signal !== 'SIGQUIT') child.kill(signal);
      });
    return await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => resolve(code ?? 137));
    });
  } catch (err) {
    console.error(`drydock: ${err instanceof Error ? err.message : String(err)}`);
    return 125;
  }
}
