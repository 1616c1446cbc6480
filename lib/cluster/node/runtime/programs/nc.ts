import { isNetError } from '../../../network/net-error.ts';
import type { Connection } from '../../../network/stack.ts';
import type { Process, Program } from '../process.ts';
import { listen } from './listen.ts';
import { resolve } from './names.ts';
import { options } from './options.ts';

export const nc: Program = async (p, args) => {
  const { flags, values, operands } = options(args, 'wpes');
  if (flags.has('l')) return ncListen(p, Number(values.get('p') ?? operands.at(-1) ?? 0), flags);
  const [host = '', port = ''] = operands;
  let connection: Connection;
  const address = await resolve(p, host).catch(() => undefined);
  if (!address) {
    await p.warn(`nc: bad address '${host}'\n`);
    return 1;
  }
  try {
    connection = await p.wait(
      p.world.net.dial(address, Number(port), {
        protocol: flags.has('u') ? 'UDP' : 'TCP',
        signal: p.signal,
        ...(values.has('w') ? { timeoutMs: Number(values.get('w')) * 1000 } : {}),
      }),
    );
  } catch (err) {
    if (!isNetError(err)) throw err;
    if (flags.has('v') || !flags.has('z'))
      await p.warn(
        `nc: ${err.code === 'ETIMEDOUT' && values.has('w') ? 'timed out' : `${host} (${address}:${port}): ${err.message}`}\n`,
      );
    return 1;
  }
  if (flags.has('v')) await p.warn(`${host} (${address}:${port}) open\n`);
  if (flags.has('z')) {
    connection.close();
    return 0;
  }
  return relay(p, connection);
};

async function relay(p: Process, connection: Connection): Promise<number> {
  void (async () => {
    for (let chunk = await p.stdin.read(); chunk; chunk = await p.stdin.read()) await connection.output.write(chunk);
    connection.output.end();
  })();
  for (let chunk = await p.wait(connection.input.read()); chunk; chunk = await p.wait(connection.input.read()))
    await p.print(chunk);
  connection.close();
  return 0;
}

async function ncListen(p: Process, port: number, flags: ReadonlySet<string>): Promise<number> {
  const waiting: Connection[] = [];
  let arrived: (() => void) | undefined;
  try {
    listen(p, {
      port,
      protocol: flags.has('u') ? 'UDP' : 'TCP',
      accept: (connection) => {
        waiting.push(connection);
        arrived?.();
      },
    });
  } catch {
    await p.warn('nc: bind: Address in use\n');
    return 1;
  }
  for (;;) {
    while (waiting.length === 0) await p.wait(new Promise<void>((done) => (arrived = done)));
    const connection = waiting.shift();
    if (!connection) continue;
    const status = await relay(p, connection);
    if (!flags.has('k')) return status;
  }
}
