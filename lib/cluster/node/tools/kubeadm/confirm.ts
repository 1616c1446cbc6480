import { firstLine } from '../first-line.ts';
import type { ToolIo } from '../node-tool.ts';

/** Whether the user answers a question, which has been asked, with yes. */
export async function confirmed(io: ToolIo): Promise<boolean> {
  return /^y(es)?$/i.test(await firstLine(io));
}
