import { Variables } from '../memory.ts';
import type { Process } from '../process.ts';
import { joinPath } from '../fs/file-system.ts';
import type { SignalName } from '../signals.ts';
import { ArithmeticError } from './arithmetic.ts';
import { runCompound } from './compound.ts';
import { expandText, type ExpansionScope } from './expand.ts';
import { Break, Continue, Exit, Return, ShellError } from './flow.ts';
import { capture, connect, redirect, type Io } from './io.ts';
import { runSimple } from './simple-command.ts';
import {
  loadParser,
  syntaxError,
  type CommandNode,
  type FunctionDefNode,
  type PipelineNode,
  type RedirectionNode,
  type ScriptNode,
  type StatementNode,
} from './syntax.ts';

export interface ShellOptions {
  /** `$0`, and what messages begin with. */
  name: string;
  args: readonly string[];
  /** bash instead of ash. */
  bash: boolean;
}

/** A POSIX shell: the state of one, and what runs its syntax tree with real pipes, jobs and traps. */
export class Shell {
  readonly process: Process;
  readonly name: string;
  readonly bash: boolean;
  #positional: readonly string[] = [];
  readonly variables: Variables;
  readonly exported: Set<string>;
  readonly readonly: Set<string>;
  readonly functions: Map<string, FunctionDefNode>;
  readonly aliases = new Map<string, string>();
  readonly traps = new Map<SignalName | 'EXIT', string>();
  readonly options: Set<string>;
  readonly jobs: { pid: number; status: Promise<number>; command: string }[] = [];
  /** Saved values of `local` variables, by function call. */
  readonly locals: Map<string, string | undefined>[] = [];
  status = 0;
  lastBackground: number | undefined;
  #pending: SignalName[] = [];
  #interrupted: (() => void) | undefined;
  #condition = 0;

  constructor(runner: Process, options: ShellOptions, parent?: Shell) {
    this.process = runner;
    this.name = options.name;
    this.bash = options.bash;
    this.variables = new Variables(parent?.variables ?? runner.env, runner.memory);
    this.positional = options.args;
    this.exported = new Set(parent?.exported ?? runner.env.keys());
    this.readonly = new Set(parent?.readonly);
    this.functions = new Map(parent?.functions);
    this.options = new Set(parent?.options);
    this.status = parent?.status ?? 0;
    if (!parent) {
      this.variables.set('PWD', runner.cwd);
      if (!this.variables.has('PATH')) this.variables.set('PATH', '/sbin:/usr/sbin:/bin:/usr/bin');
    }
  }

  get positional(): readonly string[] {
    return this.#positional;
  }

  set positional(args: readonly string[]) {
    const size = (words: readonly string[]) => words.reduce((sum, word) => sum + word.length + 8, 0);
    this.variables.hold(size(args) - size(this.#positional));
    this.#positional = args;
  }

  /** Runs a whole script; its status is that of its last command. */
  async runScript(source: string, io: Io): Promise<number> {
    try {
      await this.runSource(source, io);
    } catch (err) {
      if (err instanceof Exit) this.status = err.status;
      else if (err instanceof Return) this.status = err.status;
      else if (!(err instanceof Break) && !(err instanceof Continue)) throw err;
    }
    return this.#finish(io);
  }

  /** Runs source text in this shell (`eval`, `.`, a line that was typed in). */
  async runSource(source: string, io: Io): Promise<number> {
    const { activity } = this.process.world.node;
    const parse = await this.process.wait(activity.track(loadParser()));
    let script: ScriptNode;
    try {
      script = parse(source);
    } catch (err) {
      await io.stderr.write(`${this.name}: ${syntaxError(err)}\n`);
      this.status = 2;
      throw new Exit(2);
    }
    try {
      await this.runStatements(script.statements, io);
    } catch (err) {
      if (!(err instanceof ShellError) && !(err instanceof ArithmeticError)) throw err;
      await io.stderr.write(`${this.name}: ${err.message}\n`);
      throw new Exit(err instanceof ShellError ? err.status : 2);
    }
    return this.status;
  }

  async runStatements(statements: readonly StatementNode[], io: Io): Promise<void> {
    for (const statement of statements) {
      if (statement.background) this.#background(statement, io);
      else await this.#runStatement(statement, io);
    }
  }

  /** Runs the trap of EXIT, once. */
  async #finish(io: Io): Promise<number> {
    const action = this.traps.get('EXIT');
    if (action === undefined) return this.status;
    this.traps.delete('EXIT');
    const status = this.status;
    try {
      await this.runSource(action, io);
      return status;
    } catch (err) {
      if (err instanceof Exit) return err.status;
      throw err;
    }
  }

  /** A signal with a trap has come: its action runs after the command that is running. */
  deliver(signal: SignalName): void {
    this.#pending.push(signal);
    this.#interrupted?.();
  }

  /** Waits for `work`, or for a trapped signal: 128 + n then, as `wait` answers. */
  async interruptible(work: Promise<number>): Promise<number> {
    const interrupted = new Promise<number>((done) => (this.#interrupted = () => done(143)));
    const status = await this.process.wait(Promise.race([work, interrupted]));
    this.#interrupted = undefined;
    return status;
  }

  async runTraps(io: Io): Promise<void> {
    while (this.#pending.length > 0) {
      const signal = this.#pending.shift();
      const action = signal && this.traps.get(signal);
      if (!action) continue;
      const status = this.status;
      await this.runSource(action, io);
      this.status = status;
    }
  }

  /** A shell of its own with the same state: `( … )`, each side of a pipe, `$( … )`. */
  subshell(): Shell {
    const shell = new Shell(this.process, { name: this.name, args: this.positional, bash: this.bash }, this);
    shell.#condition = this.#condition;
    return shell;
  }

  scope(io: Io): ExpansionScope {
    return {
      fs: this.process.fs,
      cwd: this.process.cwd,
      bash: this.bash,
      parameter: (name) => this.parameter(name),
      positional: () => this.positional,
      assign: (name, value) => this.assign(name, value),
      substitute: (script) => this.#substitute(script, io),
      unset: (name) => {
        throw new ShellError(`${name}: parameter not set`);
      },
      fail: (message) => {
        throw new ShellError(message);
      },
    };
  }

  parameter(name: string): string | undefined {
    if (/^\d+$/.test(name)) return name === '0' ? this.name : this.positional[Number(name) - 1];
    switch (name) {
      case '?':
        return String(this.status);
      case '#':
        return String(this.positional.length);
      case '$':
        return String(this.process.pid);
      case '!':
        return this.lastBackground === undefined ? undefined : String(this.lastBackground);
      case '-':
        return [...this.options].join('');
      case 'RANDOM':
        return String(Math.floor(this.process.world.random.float() * 32_768));
      case 'PPID':
        return String(this.process.parent?.pid ?? 0);
      case 'UID':
      case 'EUID':
        return this.bash ? String(this.process.fs.identity.uid) : this.variables.get(name);
      case 'HOSTNAME':
        return this.variables.get(name) ?? (this.bash ? this.process.world.hostname : undefined);
      default:
        return this.variables.get(name);
    }
  }

  assign(name: string, value: string): void {
    if (this.readonly.has(name)) throw new ShellError(`${name}: is read only`);
    this.variables.set(name, value);
    if (this.options.has('a')) this.exported.add(name);
  }

  environment(): Map<string, string> {
    const env = new Map<string, string>();
    for (const [name, value] of this.variables) if (this.exported.has(name)) env.set(name, value);
    return env;
  }

  /** Runs what decides over something else, so that its failure does not end the shell under `set -e`. */
  async guarded(work: () => Promise<void>): Promise<void> {
    this.#condition++;
    try {
      await work();
    } finally {
      this.#condition--;
    }
  }

  async #runStatement(statement: StatementNode, io: Io): Promise<void> {
    if (statement.deferredError) throw new ShellError(`syntax error: unexpected "${statement.deferredError.token}"`);
    for (const [i, pipeline] of statement.pipelines.entries()) {
      const before = statement.operators[i - 1];
      if ((before === '&&' && this.status !== 0) || (before === '||' && this.status === 0)) continue;
      const guarded = i < statement.pipelines.length - 1 || pipeline.negated;
      const run = () => this.#runPipeline(pipeline, io);
      await (guarded ? this.guarded(run) : run());
      await this.runTraps(io);
      if (this.status !== 0 && !guarded && this.#condition === 0 && this.options.has('e')) throw new Exit(this.status);
    }
  }

  #background(statement: StatementNode, io: Io): void {
    const shell = this.subshell();
    const child = this.process.spawn(
      async (process) => {
        const inner = new Shell(process, { name: this.name, args: this.positional, bash: this.bash }, shell);
        try {
          await inner.#runStatement(statement, io);
        } catch (err) {
          if (err instanceof Exit) return err.status;
          if (err instanceof ShellError) await io.stderr.write(`${this.name}: ${err.message}\n`);
          else throw err;
        }
        return inner.status;
      },
      { argv: [statement.sourceText?.split(/\s+/)[0] ?? this.name] },
    );
    void child.exited.then(() => shell.variables.release());
    this.lastBackground = child.pid;
    this.jobs.push({ pid: child.pid, status: child.exited.then((e) => e.code), command: statement.sourceText ?? '' });
    this.status = 0;
  }

  async #runPipeline(pipeline: PipelineNode, io: Io): Promise<void> {
    const started = this.process.world.clock.now();
    const { commands } = pipeline;
    const only = commands[0];
    if (commands.length === 1 && only) await this.runCommand(only, io);
    else this.status = await this.#runPipe(pipeline, io);
    if (pipeline.negated) this.status = this.status === 0 ? 1 : 0;
    if (pipeline.timed) {
      const s = (this.process.world.clock.now() - started) / 1000;
      await io.stderr.write(`real\t${Math.floor(s / 60)}m ${(s % 60).toFixed(2)}s\nuser\t0m 0.00s\nsys\t0m 0.00s\n`);
    }
  }

  async #runPipe(pipeline: PipelineNode, io: Io): Promise<number> {
    let { stdin } = io;
    const stages: Promise<number>[] = [];
    for (const [i, command] of pipeline.commands.entries()) {
      const link = i < pipeline.commands.length - 1 ? connect() : undefined;
      const input = stdin;
      const stage: Io = {
        stdin: input,
        stdout: link?.output ?? io.stdout,
        stderr: pipeline.pipeStderr?.[i] && link ? link.output : io.stderr,
      };
      const shell = this.subshell();
      stages.push(
        shell.runStage(command, stage).finally(() => {
          shell.variables.release();
          link?.input.end();
          if (i > 0) input.abandon();
        }),
      );
      if (link) stdin = link.input;
    }
    const statuses = await Promise.all(stages);
    if (this.options.has('pipefail')) return statuses.findLast((s) => s !== 0) ?? 0;
    return statuses.at(-1) ?? 0;
  }

  /** Runs a command as a shell of its own; its end is only this shell's. */
  async runStage(command: CommandNode, io: Io): Promise<number> {
    try {
      await this.runCommand(command, io);
    } catch (err) {
      if (err instanceof Exit || err instanceof Return) return err.status;
      if (err instanceof ShellError || err instanceof ArithmeticError) {
        await io.stderr.write(`${this.name}: ${err.message}\n`);
        return 2;
      }
      throw err;
    }
    return this.status;
  }

  async #substitute(script: ScriptNode, io: Io): Promise<string> {
    const { output, text } = capture(this.process.memory);
    const shell = this.subshell();
    try {
      await shell.runStatements(script.statements, { ...io, stdout: output });
    } catch (err) {
      if (err instanceof Exit) shell.status = err.status;
      else throw err;
    } finally {
      shell.variables.release();
    }
    this.status = shell.status;
    return text().replace(/\n+$/, '');
  }

  async runCommand(command: CommandNode, io: Io): Promise<void> {
    await this.rest();
    if (command.type === 'FunctionDef') {
      this.functions.set(command.name, command);
      this.status = 0;
    } else if (command.type === 'SimpleCommand') await runSimple(this, command, io);
    else await runCompound(this, command, io);
  }

  /** Gives way to others now and then. */
  async rest(): Promise<void> {
    const pause = this.process.world.processes.pause(this.process.world);
    if (pause) await this.process.wait(pause);
  }

  /** The streams of a command with these redirections; undefined, with the status set, when one cannot be opened. */
  async redirected(nodes: readonly RedirectionNode[], io: Io): Promise<Io | undefined> {
    let result = io;
    try {
      for (const node of nodes) {
        const word = node.target.type === 'HereDoc' ? node.target.content : node.target;
        const text = await expandText(word, this.scope(io));
        result = redirect(result, node, text, this.process.fs, this.process.cwd);
      }
    } catch (err) {
      if (!(err instanceof ShellError)) throw err;
      await io.stderr.write(`${this.name}: ${err.message}\n`);
      this.status = 1;
      return undefined;
    }
    return result;
  }

  changeDirectory(path: string): void {
    const target = joinPath(this.process.cwd, path);
    if (!this.process.fs.exists(target)) throw new ShellError(`cd: can't cd to ${path}: No such file or directory`, 1);
    if (!this.process.fs.isDirectory(target)) throw new ShellError(`cd: can't cd to ${path}: Not a directory`, 1);
    this.variables.set('OLDPWD', this.process.cwd);
    this.process.cwd = target;
    this.variables.set('PWD', target);
  }
}
