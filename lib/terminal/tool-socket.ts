import { spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { decodeCall, encodeFrame, encodeNumber, FrameReader, WINDOW, type Frame, type ShimCall } from './frames.ts';
import type { FindHost, Host } from './host.ts';
import { parseSsh, parseSu, parseSudo, type Wish } from './login.ts';
import type { HostCommand, Machine } from './machine.ts';
import { spawnPty } from './pty.ts';

/** What a tool socket needs of the hosts around its own. */
export interface Neighbourhood {
  find: FindHost;
  machine(host: Host): Promise<Machine>;
}

const SIGNALS: Record<number, NodeJS.Signals> = { 1: 'SIGHUP', 2: 'SIGINT', 3: 'SIGQUIT', 15: 'SIGTERM' };

/** Answers the shims of one host: node tools by the simulated node, `ssh`, `sudo` and `su` by further real shells. */
export class ToolSocket {
  readonly #host: Host;
  readonly #neighbourhood: Neighbourhood;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(path: string, host: Host, neighbourhood: Neighbourhood) {
    this.#host = host;
    this.#neighbourhood = neighbourhood;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      converse(socket, (call, talk) => this.#answer(call, talk));
    });
    this.#server.listen(path, () => chmodSync(path, 0o666));
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async #answer(call: ShimCall, talk: Conversation): Promise<void> {
    const [name = '', ...args] = call.argv;
    if (name === 'ssh') return this.#ssh(parseSsh(args), call, talk);
    if (name === 'sudo') return this.#local(parseSudo(args, call), call, talk);
    if (name === 'su') return this.#local(parseSu(args, call), call, talk);
    const { node } = this.#host;
    if (!node) return talk.refuse(`${name}: command not found\n`, 127);
    const { exitCode } = await node.cluster.runTool({
      node: node.name,
      argv: call.argv,
      cwd: call.cwd,
      env: call.env,
      uid: call.uid,
      stdin: talk.input(),
      stdout: talk.output('o'),
      stderr: talk.output('x'),
      tty: call.stdoutIsTerminal,
      signal: talk.signal,
    });
    talk.end(exitCode);
  }

  async #ssh(wish: Wish, call: ShimCall, talk: Conversation): Promise<void> {
    if (wish.kind === 'refusal') return talk.refuse(wish.message, wish.status);
    const name = wish.host ?? '';
    if (name === this.#host.name || name === 'localhost' || name === '127.0.0.1')
      return talk.refuse(`ssh: connect to host ${name} port 22: Connection refused\n`, 255);
    const host = await this.#neighbourhood.find(name);
    if (!host) return talk.refuse(`ssh: Could not resolve hostname ${name}: Name or service not known\n`, 255);
    // The exam's rule: every task starts from base, and no host leads to another.
    if (this.#host.node) return talk.refuse(`candidate@${name}: Permission denied (publickey).\n`, 255);
    await this.#run(await this.#neighbourhood.machine(host), wish, call, talk);
    if (wish.login && call.stderrIsTerminal) talk.say(`Connection to ${name} closed.\r\n`);
  }

  async #local(wish: Wish, call: ShimCall, talk: Conversation): Promise<void> {
    if (wish.kind === 'refusal') return talk.refuse(wish.message, wish.status);
    await this.#run(await this.#neighbourhood.machine(this.#host), wish, call, talk);
  }

  async #run(machine: Machine, wish: Wish & { kind: 'command' }, call: ShimCall, talk: Conversation): Promise<void> {
    const whole = call.stdinIsTerminal && call.stdoutIsTerminal && call.stderrIsTerminal;
    const command = { ...wish.command, term: call.env['TERM'] ?? 'dumb' };
    if (wish.terminal === 'wanted' || (wish.terminal === 'as-caller' && whole))
      await runOnTerminal(machine, command, call, talk);
    else await runOnPipes(machine, command, talk);
  }
}

function runOnTerminal(machine: Machine, command: HostCommand, call: ShimCall, talk: Conversation): Promise<void> {
  const pty = spawnPty(machine.invocation(command), { columns: call.columns, rows: call.rows });
  if (call.stdinIsTerminal) talk.raw();
  return new Promise((resolve) => {
    talk.onInput(
      (data) => {
        pty.write(data);
        talk.consumed(data.length);
      },
      // A pipe's end is typed as ^D.
      () => pty.write('\x04'),
    );
    talk.onResize = (columns, rows) => pty.resize({ columns, rows });
    talk.onDrain = () => pty.resume();
    talk.signal.addEventListener('abort', () => pty.kill());
    pty.onData((data) => {
      if (!talk.send('o', data)) pty.pause();
    });
    pty.onExit((status) => {
      talk.end(status);
      resolve();
    });
  });
}

function runOnPipes(machine: Machine, command: HostCommand, talk: Conversation): Promise<void> {
  const { file, args, env } = machine.invocation(command);
  const child = spawn(file, args, { env: env as NodeJS.ProcessEnv, stdio: 'pipe' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.stdin.on('error', () => undefined);
    talk.onInput(
      (data) => void child.stdin.write(data, () => talk.consumed(data.length)),
      () => child.stdin.end(),
    );
    talk.onSignal = (n) => child.kill(n === 2 ? 'SIGTERM' : SIGNALS[n]);
    talk.onDrain = () => {
      child.stdout.resume();
      child.stderr.resume();
    };
    talk.signal.addEventListener('abort', () => child.kill('SIGTERM'));
    child.stdout.on('data', (data: Buffer) => {
      if (!talk.send('o', data)) child.stdout.pause();
    });
    child.stderr.on('data', (data: Buffer) => {
      if (!talk.send('x', data)) child.stderr.pause();
    });
    child.on('close', (code, signal) => {
      talk.end(code ?? (signal ? 143 : 1));
      resolve();
    });
  });
}

type Answer = (call: ShimCall, talk: Conversation) => Promise<void>;

const converse = (socket: Socket, answer: Answer) => new Conversation(socket, answer);

/** One shim's connection: frames to events and back, with a window in each direction. */
class Conversation {
  /** Aborts when the shim has gone or was told to end. */
  readonly signal: AbortSignal;
  onResize: ((columns: number, rows: number) => void) | undefined;
  onSignal: ((n: number) => void) | undefined;
  onDrain: (() => void) | undefined;
  #onInput: ((data: Buffer) => void) | undefined;
  #onInputEnd: (() => void) | undefined;
  readonly #socket: Socket;
  readonly #gone = new AbortController();
  readonly #reader = new FrameReader();
  /** Frames that came before anybody listened. */
  #early: Frame[] = [];
  #unwritten = 0;
  #waiters: (() => void)[] = [];
  #ended = false;
  #farewell = '';

  constructor(socket: Socket, answer: Answer) {
    this.#socket = socket;
    this.signal = this.#gone.signal;
    let called = false;
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#leave());
    socket.on('end', () => this.#leave());
    socket.on('data', (data: Buffer) => {
      const frames = this.#reader.push(data);
      if (!frames) return socket.destroy();
      for (const frame of frames) {
        if (called) this.#take(frame);
        else {
          called = true;
          const call = frame.type === 'h' ? decodeCall(frame.body) : undefined;
          if (!call) return socket.destroy();
          answer(call, this).catch((err: unknown) =>
            this.refuse(`${call.argv[0]}: ${err instanceof Error ? err.message : String(err)}\n`, 1),
          );
        }
      }
    });
  }

  /** What came before is given first. */
  onInput(data: (data: Buffer) => void, end: () => void): void {
    this.#onInput = data;
    this.#onInputEnd = end;
    for (const frame of this.#early.splice(0)) this.#take(frame);
  }

  /** Says whether more may be sent at once; otherwise `onDrain` tells. */
  send(type: 'o' | 'x', data: Uint8Array): boolean {
    if (this.#ended) return true;
    this.#unwritten += data.length;
    this.#socket.write(encodeFrame(type, data));
    return this.#unwritten < WINDOW;
  }

  /** Text for the user after the program has ended. */
  say(text: string): void {
    this.#farewell = text;
  }

  raw(): void {
    this.#socket.write(encodeFrame('r'));
  }

  consumed(bytes: number): void {
    if (!this.#ended) this.#socket.write(encodeNumber('a', bytes));
  }

  refuse(message: string, status: number): void {
    if (message) this.send('x', Buffer.from(message));
    this.end(status);
  }

  end(status: number): void {
    // After the farewell of who called this turn.
    setImmediate(() => {
      if (this.#ended) return;
      if (this.#farewell) this.send('x', Buffer.from(this.#farewell));
      this.#ended = true;
      this.#socket.end(encodeNumber('q', status));
    });
  }

  /** Standard input as a stream; read lazily. */
  input(): ReadableStream<Uint8Array> {
    let closed = false;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          const end = () => {
            if (!closed) controller.close();
            closed = true;
          };
          this.onInput((data) => {
            if (!closed) controller.enqueue(Uint8Array.from(data));
            this.consumed(data.length);
          }, end);
          this.signal.addEventListener('abort', end);
        },
        cancel: () => {
          closed = true;
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Standard output or error as a stream, which waits for the user's terminal. */
  output(type: 'o' | 'x'): WritableStream<Uint8Array> {
    return new WritableStream<Uint8Array>({
      write: async (data) => {
        if (this.signal.aborted) throw new Error('broken pipe');
        if (!this.send(type, data)) await new Promise<void>((resolve) => this.#waiters.push(resolve));
      },
    });
  }

  #take(frame: Frame): void {
    const { type, body } = frame;
    if (type === 'a' && body.length === 4) {
      this.#unwritten -= body.readUInt32BE();
      if (this.#unwritten < WINDOW / 2) {
        this.onDrain?.();
        for (const wake of this.#waiters.splice(0)) wake();
      }
    } else if (type === 'w' && body.length === 4) this.onResize?.(body.readUInt16BE(0), body.readUInt16BE(2));
    else if (type === 's' && body.length === 4) {
      if (this.onSignal) this.onSignal(body.readUInt32BE());
      else this.#gone.abort();
    } else if (type === 'i' || type === 'e') {
      if (!this.#onInput) this.#early.push(frame);
      else if (type === 'i') this.#onInput(body);
      else this.#onInputEnd?.();
    }
  }

  #leave(): void {
    this.#gone.abort();
    for (const wake of this.#waiters.splice(0)) wake();
  }
}
