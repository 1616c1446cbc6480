import { emptyPipe } from '../../../network/byte-pipe.ts';
import { joinPath } from '../fs/file-system.ts';
import type { Process, Program } from '../process.ts';
import { Exit } from '../shell/flow.ts';
import { interact } from '../shell/interactive.ts';
import type { Io } from '../shell/io.ts';
import { Shell } from '../shell/shell.ts';

/** `sh` and `bash`: `-c SCRIPT [NAME ARGS…]`, a script file, or commands from standard input. */
export function shellProgram(bash: boolean): Program {
  return async (p, args) => {
    const io: Io = { stdin: p.stdin, stdout: p.stdout, stderr: p.stderr };
    const turned: string[] = [];
    let i = 0;
    let script: string | undefined;
    let command = false;
    let interactive = false;
    for (; i < args.length && /^[-+]/.test(args[i] ?? '') && args[i] !== '-'; i++) {
      const arg = args[i] ?? '';
      if (arg.startsWith('--')) continue;
      for (const letter of arg.slice(1)) {
        if (letter === 'c') command = true;
        else if (letter === 'i') interactive = true;
        else if (letter === 'o') turned.push(args[++i] ?? '');
        else if (letter !== 'l' && letter !== 's') turned.push(letter);
      }
    }
    const named = p.argv[0] ?? 'sh';
    if (command) {
      script = args[i++];
      if (script === undefined) {
        await p.warn(`${named}: -c requires an argument\n`);
        return 2;
      }
    }
    const rest = args.slice(i);
    if (!command && rest[0] !== undefined) {
      try {
        script = p.fs.readText(joinPath(p.cwd, rest[0]));
      } catch (err) {
        await p.warn(`${named}: can't open '${rest[0]}': ${err instanceof Error ? err.message : ''}\n`);
        return 2;
      }
    }
    const name = rest[0] ?? named;
    const shell = new Shell(p, { name, args: rest.slice(1), bash });
    for (const option of turned) shell.options.add(option);
    if (script !== undefined) return shell.runScript(script, io);
    if (p.tty || interactive) return interact(shell, io);
    return fromInput(p, shell, io);
  };
}

/** Runs what comes in on standard input, which the commands themselves then do not see. */
async function fromInput(p: Process, shell: Shell, io: Io): Promise<number> {
  const text = Buffer.from(await p.readAll()).toString('utf8');
  try {
    return await shell.runScript(text, { ...io, stdin: emptyPipe() });
  } catch (err) {
    if (err instanceof Exit) return err.status;
    throw err;
  }
}
