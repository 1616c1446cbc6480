import type { KubeletApi } from '../../machinery/kubelet-api.ts';
import type { HostNetwork } from '../../network/network.ts';
import type { Disk } from '../machine.ts';
import type { NodeOptions, NodeToolCall } from '../node.ts';
import type { Units } from '../units.ts';

/** What a tool works on. */
export interface ToolContext extends Omit<NodeOptions, 'disk'> {
  disk: Disk;
  host: HostNetwork;
  units: Units;
  kubelet: KubeletApi;
}

/** A tool's standard streams. */
export interface ToolIo {
  out(text: string | Uint8Array): Promise<void>;
  err(text: string): Promise<void>;
  /** Prints to stderr and answers the status, for `return io.fail(1, '…')`. */
  fail(code: number, text: string): Promise<number>;
  call: NodeToolCall;
}

/** A command of the node: prints through `out` and `err`, answers its status. */
export interface NodeTool {
  name: string;
  run(args: readonly string[], io: ToolIo, context: ToolContext): Promise<number>;
}

/** What a tool says of a part of it that is not simulated. */
export function notSimulatedTool(io: ToolIo, tool: string, what: string): Promise<number> {
  return io.fail(1, `${tool}: ${what} is not simulated by Drydock\n`);
}
