import { isNetError } from '../../../network/net-error.ts';
import type { Process, Program } from '../process.ts';
import { resolve } from './names.ts';
import { options } from './options.ts';

export const ping: Program = async (p, args) => {
  const { values, operands } = options(args, 'cWwIs');
  const host = operands[0] ?? '';
  let address: string;
  try {
    address = await resolve(p, host);
  } catch {
    await p.warn(`ping: bad address '${host}'\n`);
    return 1;
  }
  const count = Number(values.get('c') ?? Infinity);
  await p.print(`PING ${host} (${address}): 56 data bytes\n`);
  let received = 0;
  let sent = 0;
  const finish = async () => {
    await p.print(
      `\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${received} packets received, ${Math.round((1 - received / Math.max(sent, 1)) * 100)}% packet loss\n`,
    );
    if (received) await p.print('round-trip min/avg/max = 0.061/0.074/0.098 ms\n');
    return received ? 0 : 1;
  };
  for (; sent < count;) {
    if (sent > 0) await p.sleep(1000);
    const reachable = await answersPing(p, address);
    if (reachable) {
      await p.print(`64 bytes from ${address}: seq=${sent} ttl=63 time=0.0${60 + (sent % 30)} ms\n`);
      received++;
    }
    sent++;
  }
  if (!received) await p.sleep(Number(values.get('W') ?? 10) * 1000);
  return finish();
};

/** An address that refuses a connection is there; one that swallows it is not. */
async function answersPing(p: Process, address: string): Promise<boolean> {
  try {
    (await p.wait(p.world.net.dial(address, 7, { timeoutMs: 1 }))).close();
    return true;
  } catch (err) {
    return isNetError(err) && err.code === 'ECONNREFUSED';
  }
}
