import type { KubeletApi } from '../../machinery/kubelet-api.ts';
import type { HostNetwork } from '../../network/network.ts';
import type { Disk } from '../machine.ts';
import type { NodeOptions, NodeToolCall } from '../node.ts';
import type { Units } from '../units.ts';
import { crictl } from './crictl.ts';
import { journalctl } from './journalctl.ts';
import { systemctl } from './systemctl.ts';

/** What a tool works on. */
export interface ToolContext extends Omit<NodeOptions, 'disk'> {
  disk: Disk;
  host: HostNetwork;
  units: Units;
  kubelet: KubeletApi;
}

/** A command of the node: prints through `out` and `err`, answers its status. */
export interface NodeTool {
  name: string;
  run(
    args: readonly string[],
    io: { out(text: string): Promise<void>; err(text: string): Promise<void>; call: NodeToolCall },
    context: ToolContext,
  ): Promise<number>;
}

/** Every simulated node tool. One more is one more file and one line here. */
const tools: readonly NodeTool[] = [crictl, journalctl, systemctl];

export const toolNames: readonly string[] = tools.map((tool) => tool.name);

export async function nodeTools(context: ToolContext, call: NodeToolCall): Promise<{ exitCode: number }> {
  const [name = '', ...args] = call.argv;
  const tool = tools.find((t) => t.name === name);
  const out = call.stdout.getWriter();
  const err = call.stderr.getWriter();
  const print = (writer: WritableStreamDefaultWriter<Uint8Array>) => async (text: string) => {
    if (text) await writer.write(Buffer.from(text));
  };
  try {
    if (!tool) {
      await print(err)(`${name}: command not found\n`);
      return { exitCode: 127 };
    }
    return { exitCode: await tool.run(args, { out: print(out), err: print(err), call }, context) };
  } finally {
    out.releaseLock();
    err.releaseLock();
  }
}
