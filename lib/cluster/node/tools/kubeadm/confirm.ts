import type { ToolIo } from '../node-tool.ts';

/** Whether the user answers a question, which has been asked, with yes. */
export async function confirmed(io: ToolIo): Promise<boolean> {
  const reader = io.call.stdin.getReader();
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += Buffer.from(part.value).toString();
    if (text.includes('\n')) break;
  }
  reader.releaseLock();
  return /^y(es)?\s*$/i.test(text.split('\n')[0] ?? '');
}
