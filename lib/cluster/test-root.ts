import type { ManualClock } from '../kit/clock.ts';
import type { Cluster } from './index.ts';

/** For tests: a cluster's hosts as root uses them, while time passes two seconds at a time. */
export function rootOf(cluster: Cluster, clock: ManualClock) {
  const pass = async (turns = 1): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) {
      clock.advance(2_000);
      await cluster.settle();
    }
  };
  /** What a command's output and errors are, once it has ended. */
  const run = async (node: string, command: string): Promise<string> => {
    const decoder = new TextDecoder();
    let said = '';
    const sink = () => new WritableStream<Uint8Array>({ write: (data) => void (said += decoder.decode(data)) });
    let over = false;
    const done = cluster
      .runTool({
        node,
        argv: command.trim().split(' '),
        cwd: '/root',
        env: { HOME: '/root' },
        uid: 0,
        stdin: new ReadableStream({ start: (controller) => controller.close() }),
        stdout: sink(),
        stderr: sink(),
        tty: false,
        signal: new AbortController().signal,
      })
      .finally(() => (over = true));
    for (let turns = 0; !over && turns < 150; turns++) await pass();
    await done;
    return said;
  };
  return { run, pass };
}
