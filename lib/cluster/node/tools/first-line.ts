import type { ToolIo } from './node-tool.ts';

/** The user's answer to a question that was asked: the first line of the standard input, without blanks around it. */
export async function firstLine(io: ToolIo): Promise<string> {
  const reader = io.call.stdin.getReader();
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += Buffer.from(part.value).toString();
    if (text.includes('\n')) break;
  }
  reader.releaseLock();
  return text.split('\n')[0]?.trim() ?? '';
}
