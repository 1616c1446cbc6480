import { readLineOf } from '../runtime/programs/lines.ts';
import { userland } from '../runtime/programs/index.ts';
import { listen } from '../runtime/programs/listen.ts';
import { resolve } from '../runtime/programs/names.ts';
import type { Process, Program } from '../runtime/process.ts';
import type { Connection } from '../../network/stack.ts';
import { isNetError } from '../../network/net-error.ts';
import { readExactly } from '../../network/http-client.ts';
import { BASE_FILES } from './base-files.ts';
import { defineImage } from './image.ts';

type Reply = string | number | null | { error: string } | Reply[];

/** The commands of a redis that people try: strings, counters, lists of keys. */
class Database {
  readonly #values = new Map<string, string>();

  run(argv: readonly string[]): Reply {
    const [name = '', key = '', value = ''] = argv;
    switch (name.toUpperCase()) {
      case 'PING':
        return key || 'PONG';
      case 'ECHO':
        return key;
      case 'SET':
        this.#values.set(key, value);
        return 'OK';
      case 'GET':
        return this.#values.get(key) ?? null;
      case 'DEL':
        return argv.slice(1).filter((k) => this.#values.delete(k)).length;
      case 'EXISTS':
        return argv.slice(1).filter((k) => this.#values.has(k)).length;
      case 'INCR':
      case 'DECR': {
        const next = Number(this.#values.get(key) ?? 0) + (name.toUpperCase() === 'INCR' ? 1 : -1);
        this.#values.set(key, String(next));
        return next;
      }
      case 'APPEND':
        this.#values.set(key, (this.#values.get(key) ?? '') + value);
        return this.#values.get(key)?.length ?? 0;
      case 'KEYS':
        return [...this.#values.keys()];
      case 'DBSIZE':
        return this.#values.size;
      case 'FLUSHALL':
      case 'FLUSHDB':
        this.#values.clear();
        return 'OK';
      case 'INFO':
        return '# Server\r\nredis_version:7.2.7\r\nredis_mode:standalone\r\n';
      default:
        return {
          error: `ERR unknown command '${name}', with args beginning with: ${argv
            .slice(1)
            .map((a) => `'${a}' `)
            .join('')}`,
        };
    }
  }
}

function encode(reply: Reply, simple = false): string {
  if (reply === null) return '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string') return simple ? `+${reply}\r\n` : `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  if (Array.isArray(reply)) return `*${reply.length}\r\n${reply.map((r) => encode(r)).join('')}`;
  return `-${reply.error}\r\n`;
}

async function readCommand(connection: Connection): Promise<string[] | undefined> {
  const first = await readLineOf(connection.input);
  if (first === undefined) return undefined;
  if (!first.startsWith('*')) return first.split(/\s+/).filter(Boolean);
  const parts: string[] = [];
  for (let i = 0; i < Number(first.slice(1)); i++) {
    const size = Number((await readLineOf(connection.input))?.slice(1) ?? 0);
    parts.push(Buffer.from(await readExactly(connection.input, size)).toString());
    await readLineOf(connection.input);
  }
  return parts;
}

const server: Program = async (p, args) => {
  const at = args.indexOf('--port');
  const port = at >= 0 ? Number(args[at + 1]) : 6379;
  const database = new Database();
  const stamp = () => new Date(p.world.clock.now()).toUTCString().slice(5, 25);
  const log = (text: string) => p.print(`1:M ${stamp()}.000 ${text}\n`);
  listen(p, {
    port,
    accept: (connection) => {
      void (async () => {
        for (let argv = await readCommand(connection); argv; argv = await readCommand(connection)) {
          if (argv.length === 0) continue;
          const reply = database.run(argv);
          await connection.output.write(Buffer.from(encode(reply, reply === 'OK' || reply === 'PONG')));
        }
      })();
    },
  });
  await log('* oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo');
  await log('* Redis version=7.2.7, bits=64, commit=00000000, modified=0, pid=1, just started');
  await log(`* Running mode=standalone, port=${port}.`);
  await log('* Server initialized');
  await log('* Ready to accept connections tcp');
  p.on('TERM', () => {
    void p.stdout.write(
      `1:signal-handler (${Math.floor(p.world.clock.now() / 1000)}) Received SIGTERM scheduling shutdown...\n`,
    );
    p.end({ code: 0 });
  });
  p.on('INT', () => p.end({ code: 0 }));
  return p.forever();
};

function show(line: string, more: string[]): string {
  if (line.startsWith('+')) return line.slice(1);
  if (line.startsWith(':')) return `(integer) ${line.slice(1)}`;
  if (line.startsWith('-')) return `(error) ${line.slice(1)}`;
  return more.join('\n');
}

async function ask(p: Process, host: string, port: number, argv: readonly string[]): Promise<string> {
  const connection = await p.wait(p.world.net.dial(await resolve(p, host), port, { signal: p.signal }));
  try {
    await connection.output.write(
      Buffer.from(`*${argv.length}\r\n${argv.map((a) => `$${Buffer.byteLength(a)}\r\n${a}\r\n`).join('')}`),
    );
    const line = (await p.wait(readLineOf(connection.input))) ?? '';
    const more: string[] = [];
    const bulk = async (head: string) => {
      const size = Number(head.slice(1));
      if (size < 0) return '(nil)';
      const text = Buffer.from(await p.wait(readExactly(connection.input, size))).toString();
      await readLineOf(connection.input);
      return `"${text}"`;
    };
    if (line.startsWith('$'))
      more.push(p.tty ? await bulk(line) : (await bulk(line)).replace(/^"(.*)"$/s, '$1').replace('(nil)', ''));
    if (line.startsWith('*'))
      for (let i = 0; i < Number(line.slice(1)); i++)
        more.push(`${i + 1}) ${await bulk((await readLineOf(connection.input)) ?? '')}`);
    return show(line, more);
  } finally {
    connection.close();
  }
}

const cli: Program = async (p, args) => {
  let host = '127.0.0.1';
  let port = 6379;
  const argv: string[] = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '-h' && argv.length === 0) host = args[++i] ?? host;
    else if (args[i] === '-p' && argv.length === 0) port = Number(args[++i]);
    else argv.push(args[i] ?? '');
  }
  const once = async (command: readonly string[]): Promise<number> => {
    try {
      await p.print(`${await ask(p, host, port, command)}\n`);
      return 0;
    } catch (err) {
      if (!isNetError(err)) throw err;
      await p.warn(`Could not connect to Redis at ${host}:${port}: ${err.message}\n`);
      return 1;
    }
  };
  if (argv.length) return once(argv);
  for (;;) {
    if (p.tty) await p.print(`${host}:${port}> `);
    const line = await p.wait(readLineOf(p.stdin));
    if (line === undefined || line === 'exit' || line === 'quit') return 0;
    if (line.trim()) await once(line.trim().split(/\s+/));
  }
};

export const redis = defineImage({
  repository: 'docker.io/library/redis',
  tags: [
    'latest',
    'alpine',
    '5',
    '6',
    '6-alpine',
    '6.2',
    '7',
    '7-alpine',
    '7.0',
    '7.2',
    '7.2-alpine',
    '7.4',
    '7.4-alpine',
    '8',
    '8.0',
  ],
  size: 45_512_331,
  cmd: ['redis-server'],
  workingDir: '/data',
  programs: new Map([
    ...userland({ bash: true, network: true }),
    ['/usr/local/bin/redis-server', server],
    ['/usr/local/bin/redis-cli', cli],
  ]),
  files: { ...BASE_FILES, '/data/': { mode: 0o755 } },
  usage: { memory: 3_900_000, cpu: 1_500_000 },
});
